package dev.mto.bench.weights;

import dev.mto.models.weights.WeightNames;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;

/** What a safetensors file says of itself. */
final class Metadata {
  private Metadata() {}

  static Map<String, String> of(String baseline, WeightNames names) {
    Map<String, String> metadata = new LinkedHashMap<>();
    metadata.put("format", "pt");
    metadata.put("baseline", baseline);
    metadata.put("names", names.name().toLowerCase(Locale.ROOT));
    return metadata;
  }
}
