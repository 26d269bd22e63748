package dev.mto.bench.weights;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.mto.engine.weights.WeightSource;
import dev.mto.models.weights.TensorInfo;
import dev.mto.models.weights.WeightFile;
import dev.mto.models.weights.WeightMatch;
import dev.mto.models.weights.WeightNames;
import dev.mto.models.weights.WeightSummary;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import org.nd4j.linalg.api.buffer.DataType;

/**
 * What was found in a file.
 *
 * @param source the file
 * @param summary of it
 * @param match beside a model, where one was given
 */
record Inspection(WeightSource source, WeightSummary summary, Optional<WeightMatch> match) {
  /** Types of values as PyTorch and NumPy call them. */
  private static final Map<DataType, String> TYPES =
      Map.of(
          DataType.DOUBLE, "float64",
          DataType.FLOAT, "float32",
          DataType.FLOAT16, "float16",
          DataType.INT64, "int64",
          DataType.INT32, "int32",
          DataType.INT16, "int16",
          DataType.INT8, "int8",
          DataType.UINT8, "uint8");

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

  private String names() {
    return WeightNames.of(summary.tensors().keySet()).name().toLowerCase(Locale.ROOT);
  }

  /** Number of tensors by type. */
  private Map<String, Integer> types() {
    Map<String, Integer> types = new LinkedHashMap<>();
    summary.types().forEach((type, count) -> types.put(name(type), count));
    return types;
  }

  private static String name(DataType type) {
    return TYPES.getOrDefault(type, type.name().toLowerCase(Locale.ROOT));
  }

  /** For programs. */
  ObjectNode json() {
    ObjectNode root =
        JsonNodeFactory.instance
            .objectNode()
            .put("file", source.fileName())
            .put("format", summary.format())
            .putPOJO("entries", summary.entries())
            .put("names", names())
            .put("values", summary.elements())
            .putPOJO("types", types());
    ArrayNode tensors = root.putArray("tensors");
    summary
        .tensors()
        .forEach(
            (name, info) ->
                tensors
                    .addObject()
                    .put("name", name)
                    .putPOJO("shape", info.shape())
                    .put("dtype", name(info.type())));
    match.ifPresent(found -> describe(found, root.putObject("model")));
    return root;
  }

  private static void describe(WeightMatch match, ObjectNode model) {
    model
        .put("complete", match.complete())
        .putPOJO("notes", match.notes())
        .putPOJO("matched", match.matched())
        .putPOJO("missing", match.missing())
        .putPOJO("unexpected", match.unexpected());
    ArrayNode others = model.putArray("other_shape");
    for (WeightMatch.OtherShape other : match.otherShape()) {
      others
          .addObject()
          .put("name", other.name())
          .putPOJO("in_file", other.inFile())
          .putPOJO("in_model", other.inModel());
    }
  }

  /**
   * For people.
   *
   * @param all whether each tensor has a line of its own
   */
  String text(boolean all) {
    StringBuilder text = new StringBuilder();
    line(text, "file", source.fileName() + ": " + summary.format());
    if (!summary.entries().isEmpty()) {
      line(text, "entries", entries());
    }
    if (summary.tensors().isEmpty()) {
      line(text, "tensors", "none without a choice; name one of the entries with --entry");
      return text.toString();
    }
    String types =
        types().entrySet().stream()
            .map(type -> type.getValue() + " " + type.getKey())
            .collect(Collectors.joining(", "));
    line(
        text,
        "tensors",
        String.format(
            Locale.ROOT,
            "%d with %,d values (%s)",
            summary.tensors().size(),
            summary.elements(),
            types));
    line(text, "names", names());
    table(text, all ? TensorRun.single(summary.tensors()) : TensorRun.joined(summary.tensors()));
    match.ifPresent(found -> text.append('\n').append(found.report()).append('\n'));
    return text.toString();
  }

  private static void line(StringBuilder text, String title, String value) {
    text.append("%-8s %s%n".formatted(title, value));
  }

  private String entries() {
    return summary.entries().entrySet().stream()
        .map(
            entry ->
                entry.getValue() == 0
                    ? entry.getKey()
                    : "%s (%d tensors)".formatted(entry.getKey(), entry.getValue()))
        .collect(Collectors.joining(", "));
  }

  private static void table(StringBuilder text, List<TensorRun> runs) {
    int width = runs.stream().mapToInt(run -> run.name().length()).max().orElse(0);
    int shapes =
        runs.stream().mapToInt(run -> run.info().shape().toString().length()).max().orElse(0);
    String row = "  %-" + width + "s  %-" + shapes + "s  %s%s%n";
    for (TensorRun run : runs) {
      text.append(
          row.formatted(
              run.name(),
              run.info().shape(),
              name(run.info().type()),
              run.count() == 1 ? "" : "  x " + run.count()));
    }
  }
}
