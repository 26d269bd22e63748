package dev.mto.speed.step;

import dev.mto.speed.step.CaseResult.Measured;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.TreeMap;
import java.util.stream.Collectors;

/** Results as text. */
final class ResultTable {
  private static final String HEADER =
      "                                       ms min    median  images/s  GFLOP/s  of peak peak MiB  this/it";

  private ResultTable() {}

  /** The results of a case, without MTO and with it, in float32 and where measured in bfloat16. */
  static String of(List<CaseResult> results) {
    CaseResult first = results.get(0);
    StringBuilder text = new StringBuilder();
    line(
        text,
        "%s: %d images a step, %s; sgemm peak of this machine %.0f GFLOP/s%s",
        first.benchmark().name(),
        first.benchmark().batch(),
        Double.isNaN(first.gigaFlop())
            ? "arithmetic not counted"
            : String.format(Locale.ROOT, "%.1f GFLOP", first.gigaFlop()),
        first.peak(),
        results.stream()
            .filter(result -> result.float32() != null)
            .findFirst()
            .map(
                result ->
                    String.format(
                        Locale.ROOT, ", in %s %.0f", result.benchmark().precision(), result.peak()))
            .orElse(""));
    results.forEach(result -> agreements(text, result));
    String narrow =
        results.stream()
            .filter(result -> result.float32() != null)
            .findFirst()
            .map(
                result ->
                    String.format(Locale.ROOT, "  %8s here/it", result.benchmark().precision()))
            .orElse("");
    line(text, "%s", HEADER + narrow);
    results.stream()
        .sorted(Comparator.comparing(CaseResult::mto))
        .forEach(result -> rows(text, result, narrowOf(result, results)));
    line(
        text,
        "  MTO costs %s",
        results.stream()
            .filter(CaseResult::mto)
            .map(ResultTable::cost)
            .collect(Collectors.joining(", ")));
    return text.toString();
  }

  private static CaseResult narrowOf(CaseResult result, List<CaseResult> results) {
    return results.stream()
        .filter(other -> other.float32() != null && other.mto() == result.mto())
        .findFirst()
        .orElse(null);
  }

  private static String cost(CaseResult result) {
    return String.format(Locale.ROOT, "%+.1f %% of a step", 100 * (result.mtoOverhead() - 1))
        + (result.float32() == null ? "" : " in " + result.benchmark().precision());
  }

  private static void agreements(StringBuilder text, CaseResult result) {
    if (result.agreements().own() != null) {
      agreement(text, name(result, "this"), result.agreements().own());
    }
    new TreeMap<>(result.agreements().peers())
        .forEach((blas, agreement) -> agreement(text, name(result, blas.title()), agreement));
  }

  private static void agreement(StringBuilder text, String name, Agreement agreement) {
    line(
        text,
        "  %s agrees with this in float32: loss %.6f, %.1e apart; gradients %.1e apart, of one"
            + " parameter at most %.1e",
        name,
        agreement.other(),
        agreement.lossDifference(),
        agreement.gradients().relative(),
        agreement.gradients().parameter());
  }

  private static void rows(StringBuilder text, CaseResult result, CaseResult narrow) {
    row(text, result, "this", result.ours(), "", result.float32() == null ? narrow : null);
    new TreeMap<>(result.peers())
        .forEach(
            (blas, peer) ->
                row(text, result, blas.title(), peer, known("%.3f", result.ratio(blas)), narrow));
  }

  private static void row(
      StringBuilder text,
      CaseResult result,
      String name,
      Measured measured,
      String ratio,
      CaseResult narrow) {
    line(
        text,
        "  %-33s %9.1f %9.1f %9.1f %8s %8s %8s %8s %17s",
        name(result, name),
        measured.min(),
        measured.median(),
        result.imagesPerSecond(measured),
        known("%.0f", result.rate(measured)),
        known("%.0f %%", 100 * result.peakShare(measured)),
        known("%.0f", measured.peakMebibytes()),
        ratio,
        narrow == null ? "" : known("%.3f", narrow.over(measured)));
  }

  private static String name(CaseResult result, String contender) {
    return result.benchmark().title(contender) + (result.mto() ? ", MTO" : "");
  }

  private static String known(String format, double value) {
    return Double.isNaN(value) ? "-" : String.format(Locale.ROOT, format, value);
  }

  private static void line(StringBuilder text, String format, Object... values) {
    text.append(String.format(Locale.ROOT, format, values).stripTrailing())
        .append(System.lineSeparator());
  }
}
