package dev.mto.bench.weights;

import dev.mto.engine.weights.WeightSource;
import dev.mto.models.weights.TensorInfo;
import dev.mto.models.weights.WeightFile;
import dev.mto.models.weights.WeightMatch;
import dev.mto.models.weights.WeightNames;
import dev.mto.models.weights.WeightSummary;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * What was found in a file.
 *
 * @param source the file
 * @param summary of it
 * @param match beside a model, where one was given
 */
record Inspection(WeightSource source, WeightSummary summary, Optional<WeightMatch> match) {

  /** Describes a file; an entry that is named is read, otherwise no values are. */
  static WeightSummary summary(WeightSource source) {
    WeightSummary whole = WeightFile.describe(source.file());
    if (source.entry().isEmpty()) {
      return whole;
    }
    Map<String, TensorInfo> tensors = new LinkedHashMap<>();
    WeightFile.read(source.file(), source.entry().get())
        .forEach(
            (name, tensor) ->
                tensors.put(
                    name,
                    new TensorInfo(
                        tensor.dataType(), Arrays.stream(tensor.shape()).boxed().toList())));
    return new WeightSummary(whole.format(), whole.entries(), tensors);
  }

  /** Whose names the tensors have. */
  String names() {
    return WeightNames.of(summary.tensors().keySet()).name().toLowerCase(Locale.ROOT);
  }

  /** Number of tensors by type. */
  Map<String, Integer> types() {
    Map<String, Integer> types = new LinkedHashMap<>();
    summary.types().forEach((type, count) -> types.put(TypeNames.of(type), count));
    return types;
  }
}
