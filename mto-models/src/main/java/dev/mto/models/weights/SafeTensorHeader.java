package dev.mto.models.weights;

import static java.util.Map.entry;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.nd4j.linalg.api.buffer.DataType;

/**
 * What a safetensors file declares.
 *
 * @param entries the tensors in the order of their data, without gaps from offset 0 on
 * @param metadata free text by key
 */
record SafeTensorHeader(List<Entry> entries, Map<String, String> metadata) {
  private static final String METADATA = "__metadata__";
  private static final int MOST_DIMENSIONS = 32;

  /** The types of the format that ND4J has, under the format's names. */
  static final Map<String, DataType> TYPES =
      Map.ofEntries(
          entry("F64", DataType.DOUBLE),
          entry("F32", DataType.FLOAT),
          entry("F16", DataType.FLOAT16),
          entry("BF16", DataType.BFLOAT16),
          entry("I64", DataType.INT64),
          entry("I32", DataType.INT32),
          entry("I16", DataType.INT16),
          entry("I8", DataType.INT8),
          entry("U8", DataType.UINT8),
          entry("BOOL", DataType.BOOL));

  private static final JsonMapper JSON =
      JsonMapper.builder()
          .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
          .build();

  /** One tensor; {@code begin} and {@code end} are byte offsets in the data part. */
  record Entry(String name, DataType type, List<Long> sizes, long begin, long end) {
    long[] shape() {
      return sizes.stream().mapToLong(Long::longValue).toArray();
    }
  }

  /**
   * Reads and checks a header.
   *
   * @param dataSize bytes that follow the header in the file
   */
  static SafeTensorHeader parse(Path file, byte[] json, long dataSize) {
    JsonNode root = tree(file, json);
    Map<String, String> metadata = new LinkedHashMap<>();
    List<Entry> entries = new ArrayList<>();
    root.fields()
        .forEachRemaining(
            field -> {
              if (field.getKey().equals(METADATA)) {
                metadata(file, field.getValue(), metadata);
              } else {
                entries.add(tensor(file, field.getKey(), field.getValue()));
              }
            });
    entries.sort(Comparator.comparingLong(Entry::begin).thenComparingLong(Entry::end));
    checkContiguous(file, entries, dataSize);
    return new SafeTensorHeader(List.copyOf(entries), metadata);
  }

  private static JsonNode tree(Path file, byte[] json) {
    JsonNode root;
    try {
      root = JSON.readTree(json);
    } catch (JsonProcessingException e) {
      throw new WeightFileException(
          file
              + ": its header is not JSON: "
              + e.getOriginalMessage().lines().findFirst().orElse(""),
          e);
    } catch (IOException e) {
      throw new WeightFileException(file + ": its header cannot be decoded", e);
    }
    if (root == null || !root.isObject()) {
      throw WeightFileException.of(file, "its header is not a JSON object");
    }
    return root;
  }

  private static void metadata(Path file, JsonNode node, Map<String, String> metadata) {
    if (!node.isObject()) {
      throw WeightFileException.of(file, METADATA + " is not an object of strings");
    }
    node.fields()
        .forEachRemaining(
            field -> {
              if (!field.getValue().isTextual()) {
                throw WeightFileException.of(
                    file, METADATA + " entry '" + field.getKey() + "' is not a string");
              }
              metadata.put(field.getKey(), field.getValue().textValue());
            });
  }

  private static Entry tensor(Path file, String name, JsonNode node) {
    String what = "tensor '" + name + "'";
    String typeName = node.path("dtype").asText();
    DataType type = TYPES.get(typeName);
    if (type == null) {
      throw WeightFileException.of(file, what + " has unknown dtype '" + typeName + "'");
    }
    long[] shape = longs(file, what + " shape", node.path("shape"));
    long[] offsets = longs(file, what + " data_offsets", node.path("data_offsets"));
    if (offsets.length != 2 || offsets[1] < offsets[0]) {
      throw WeightFileException.of(file, what + " needs data_offsets [begin, end]");
    }
    if (shape.length > MOST_DIMENSIONS) {
      throw WeightFileException.of(file, what + " has " + shape.length + " dimensions");
    }
    try {
      long size = RawTensor.size(type, shape);
      if (size != offsets[1] - offsets[0]) {
        throw WeightFileException.of(
            file,
            "%s takes %d bytes by its shape but %d by its offsets"
                .formatted(what, size, offsets[1] - offsets[0]));
      }
    } catch (ArithmeticException e) {
      throw new WeightFileException(file + ": " + what + " is too large to count", e);
    }
    return new Entry(name, type, Arrays.stream(shape).boxed().toList(), offsets[0], offsets[1]);
  }

  private static long[] longs(Path file, String what, JsonNode node) {
    if (!node.isArray()) {
      throw WeightFileException.of(file, what + " is missing or not an array");
    }
    long[] values = new long[node.size()];
    for (int i = 0; i < values.length; i++) {
      JsonNode value = node.get(i);
      if (!value.isIntegralNumber() || !value.canConvertToLong() || value.longValue() < 0) {
        throw WeightFileException.of(file, what + " has an entry that is not a count: " + value);
      }
      values[i] = value.longValue();
    }
    return values;
  }

  private static void checkContiguous(Path file, List<Entry> entries, long dataSize) {
    long expected = 0;
    for (Entry entry : entries) {
      if (entry.begin() != expected) {
        throw WeightFileException.of(
            file,
            "tensor '%s' begins at byte %d of the data but the one before it ends at %d"
                .formatted(entry.name(), entry.begin(), expected));
      }
      expected = entry.end();
    }
    if (expected != dataSize) {
      throw WeightFileException.of(
          file,
          "its tensors take %d bytes but the file holds %d: it is truncated or has a tail"
              .formatted(expected, dataSize));
    }
  }
}
