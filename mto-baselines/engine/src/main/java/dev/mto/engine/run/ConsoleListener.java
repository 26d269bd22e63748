package dev.mto.engine.run;

import dev.mto.engine.folder.Durations;
import dev.mto.engine.folder.RunLog;
import dev.mto.engine.folder.Terminal;
import java.time.Duration;
import java.util.Locale;
import me.tongfei.progressbar.ProgressBar;
import me.tongfei.progressbar.ProgressBarBuilder;
import me.tongfei.progressbar.ProgressBarStyle;

/**
 * Progress: a bar an epoch on a terminal, else a plain line every ten seconds; and one line at each
 * epoch's end, which the log keeps.
 */
final class ConsoleListener implements RunListener {
  private static final Duration BETWEEN_LINES = Duration.ofSeconds(10);

  private final RunLog log;
  private final int epochs;
  private final long allSteps;
  private final long startedAt = System.nanoTime();
  private long stepsHere;
  private long lastLineAt = System.nanoTime();
  private ProgressBar bar;
  private StepMetrics lastRow;

  ConsoleListener(RunLog log, int epochs, long allSteps) {
    this.log = log;
    this.epochs = epochs;
    this.allSteps = allSteps;
  }

  @Override
  public void epochStarted(int epoch, long firstStep, long steps) {
    if (Terminal.present()) {
      bar =
          new ProgressBarBuilder()
              .setTaskName("epoch " + (epoch + 1) + "/" + epochs)
              .setInitialMax(steps)
              .setStyle(ProgressBarStyle.ASCII)
              .setUpdateIntervalMillis(200)
              .clearDisplayOnFinish()
              .build();
      bar.stepTo(firstStep);
    }
  }

  @Override
  public void stepDone(StepMetrics row) {
    lastRow = row;
    stepsHere++;
    if (bar != null) {
      bar.step();
      bar.setExtraMessage(summary(row) + ", all done in " + left(row.step()));
    } else if (System.nanoTime() - lastLineAt > BETWEEN_LINES.toNanos()) {
      lastLineAt = System.nanoTime();
      log.line(
          "  step "
              + row.step()
              + "/"
              + allSteps
              + "  "
              + summary(row)
              + ", all done in "
              + left(row.step()));
    }
  }

  @Override
  public void epochDone(int epoch) {
    closeBar();
    StringBuilder line = new StringBuilder();
    line.append("epoch ").append(epoch + 1).append("/").append(epochs).append("  ");
    line.append(summary(lastRow));
    optional(line, "reference", "loss.reference", "%.4f");
    optional(line, "val loss", "val_loss", "%.4f");
    optional(line, "k-NN", "knn", "%.3f");
    lastRow
        .heterogeneity()
        .forEach(
            (group, h) ->
                line.append(
                    String.format(
                        Locale.ROOT,
                        ", H%s %.3f … %.3f",
                        group.isEmpty() ? "" : " " + group,
                        h[0],
                        h[h.length - 1])));
    if (!lastRow.heterogeneity().isEmpty()) {
      double bound = lastRow.number("heterogeneity.bound");
      line.append(String.format(Locale.ROOT, " of ln V = %.3f nats", bound));
    }
    line.append(", all done in ").append(left(lastRow.step()));
    log.line(line.toString());
    lastLineAt = System.nanoTime();
  }

  private void optional(StringBuilder line, String label, String name, String format) {
    double value = lastRow.number(name);
    if (!Double.isNaN(value)) {
      line.append(", ").append(label).append(" ");
      line.append(String.format(Locale.ROOT, format, value));
    }
  }

  private static String summary(StepMetrics row) {
    return String.format(
        Locale.ROOT,
        "loss %.4f (self-supervised %.4f), %.0f images/s",
        row.number("loss"),
        row.number("loss.ss"),
        row.number("images_per_second"));
  }

  private String left(long step) {
    double perStep = (System.nanoTime() - startedAt) / 1e9 / Math.max(1, stepsHere);
    return Durations.of(perStep * (allSteps - step));
  }

  private void closeBar() {
    if (bar != null) {
      bar.close();
      bar = null;
    }
  }

  @Override
  public void close() {
    closeBar();
  }
}
