package dev.mto.speed.step;

import dev.mto.speed.step.CaseResult.Measured;
import java.util.List;
import java.util.Locale;
import java.util.TreeMap;

/** Results as text. */
final class ResultTable {
  private static final String HEADER =
      "                                  ms min    median  images/s  GFLOP/s  of peak peak MiB  this/it";

  private ResultTable() {}

  /** The two results of a case, without MTO and with it. */
  static String of(List<CaseResult> results) {
    CaseResult first = results.get(0);
    StringBuilder text = new StringBuilder();
    line(
        text,
        "%s: %d images a step, %s; sgemm peak of this machine %.0f GFLOP/s",
        first.benchmark().name(),
        first.benchmark().batch(),
        Double.isNaN(first.gigaFlop())
            ? "arithmetic not counted"
            : String.format(Locale.ROOT, "%.1f GFLOP", first.gigaFlop()),
        first.sgemmPeak());
    for (CaseResult result : results) {
      new TreeMap<>(result.agreements())
          .forEach((blas, agreement) -> agreement(text, result, blas, agreement));
    }
    line(text, HEADER);
    for (CaseResult result : results) {
      row(text, result, "this", result.ours(), "");
      new TreeMap<>(result.peers())
          .forEach(
              (blas, peer) ->
                  row(text, result, blas.title(), peer, known("%.3f", result.ratio(blas))));
    }
    line(text, "  MTO costs %+.1f %% of a step", 100 * (first.mtoOverhead() - 1));
    return text.toString();
  }

  private static void agreement(
      StringBuilder text, CaseResult result, Blas blas, Agreement agreement) {
    line(
        text,
        "  agrees with %s%s: loss %.6f, %.1e apart; gradients %.1e apart",
        blas.title(),
        suffix(result),
        agreement.loss(),
        agreement.lossDifference(),
        agreement.gradients().relative());
  }

  private static void row(
      StringBuilder text, CaseResult result, String name, Measured measured, String ratio) {
    line(
        text,
        "  %-28s %9.1f %9.1f %9.1f %8s %8s %8s %8s",
        name + suffix(result),
        measured.min(),
        measured.median(),
        result.imagesPerSecond(measured),
        known("%.0f", result.rate(measured)),
        known("%.0f %%", 100 * result.peakShare(measured)),
        known("%.0f", measured.peakMebibytes()),
        ratio);
  }

  private static String suffix(CaseResult result) {
    return result.mto() ? ", MTO" : "";
  }

  private static String known(String format, double value) {
    return Double.isNaN(value) ? "-" : String.format(Locale.ROOT, format, value);
  }

  private static void line(StringBuilder text, String format, Object... values) {
    text.append(String.format(Locale.ROOT, format, values).stripTrailing())
        .append(System.lineSeparator());
  }
}
