package dev.mto.bench;

import dev.mto.data.folder.DatasetReport;
import java.io.PrintStream;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/** A data set report for people. */
final class DatasetText {
  private static final int MOST_LISTED = 20;

  private DatasetText() {}

  static void print(DatasetReport report, PrintStream out) {
    out.println("images    " + report.images());
    out.println(
        "classes   " + (report.classes().isEmpty() ? "none (flat)" : report.classes().size()));
    report.classes().forEach((name, count) -> out.printf("  %-24s %d%n", name, count));
    if (report.median() != null) {
      out.println(
          "sizes     smallest "
              + size(report.smallest())
              + ", median "
              + size(report.median())
              + ", largest "
              + size(report.largest())
              + " (height x width)");
      out.println("mean      " + numbers(report.mean()));
      out.println("std       " + numbers(report.std()));
    }
    out.println("unreadable " + report.bad().size());
    report.bad().stream()
        .limit(MOST_LISTED)
        .forEach(bad -> out.println("  " + bad.path() + ": " + bad.reason()));
    if (report.bad().size() > MOST_LISTED) {
      out.println("  and " + (report.bad().size() - MOST_LISTED) + " more");
    }
  }

  private static String size(DatasetReport.Size size) {
    return size.height() + "x" + size.width();
  }

  private static String numbers(List<Double> values) {
    return values.stream()
        .map(v -> String.format(Locale.ROOT, "%.4f", v))
        .collect(Collectors.joining(", ", "[", "]"));
  }
}
