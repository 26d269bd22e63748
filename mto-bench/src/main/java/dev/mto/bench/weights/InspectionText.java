package dev.mto.bench.weights;

import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/** An inspection for people. */
final class InspectionText {
  private InspectionText() {}

  static String of(Inspection inspection, boolean all) {
    StringBuilder text = new StringBuilder();
    line(text, "file", inspection.source().file() + ": " + inspection.summary().format());
    if (!inspection.summary().entries().isEmpty()) {
      line(text, "entries", entries(inspection));
    }
    if (inspection.summary().tensors().isEmpty()) {
      line(text, "tensors", "none without a choice; name one of the entries with --entry");
      return text.toString();
    }
    line(text, "tensors", tensors(inspection));
    line(text, "names", inspection.names());
    List<TensorRun> runs =
        all
            ? TensorRun.single(inspection.summary().tensors())
            : TensorRun.joined(inspection.summary().tensors());
    table(text, runs);
    inspection.match().ifPresent(match -> text.append('\n').append(match.report()).append('\n'));
    return text.toString();
  }

  private static void line(StringBuilder text, String title, String value) {
    text.append("%-8s %s%n".formatted(title, value));
  }

  private static String entries(Inspection inspection) {
    return inspection.summary().entries().entrySet().stream()
        .map(
            entry ->
                entry.getValue() == 0
                    ? entry.getKey()
                    : "%s (%d tensors)".formatted(entry.getKey(), entry.getValue()))
        .collect(Collectors.joining(", "));
  }

  private static String tensors(Inspection inspection) {
    String types =
        inspection.types().entrySet().stream()
            .map(type -> type.getValue() + " " + type.getKey())
            .collect(Collectors.joining(", "));
    return String.format(
        Locale.ROOT,
        "%d with %,d values (%s)",
        inspection.summary().tensors().size(),
        inspection.summary().elements(),
        types);
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
              TypeNames.of(run.info().type()),
              run.count() == 1 ? "" : "  x " + run.count()));
    }
  }
}
