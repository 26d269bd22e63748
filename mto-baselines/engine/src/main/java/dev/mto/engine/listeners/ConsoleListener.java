package dev.mto.engine.listeners;

import dev.mto.engine.folder.Durations;
import dev.mto.engine.folder.RunLog;
import dev.mto.engine.folder.Terminal;
import java.time.Duration;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import me.tongfei.progressbar.ProgressBar;
import me.tongfei.progressbar.ProgressBarBuilder;
import me.tongfei.progressbar.ProgressBarStyle;

/**
 * Progress: a bar an epoch on a terminal, else a plain line every ten seconds; and one line at each
 * epoch's end, which the log keeps.
 */
public final class ConsoleListener implements TrainingListener {
  private static final List<String> MEANS =
      List.of("loss", "loss.ss", "loss.reference", "images_per_second");
  private static final Duration BETWEEN_LINES = Duration.ofSeconds(10);

  private final RunLog log;
  private final int epochs;
  private final long allSteps;
  private final Function<StepMetrics, String> step;
  private final Function<StepMetrics, String> epoch;
  private final long startedAt = System.nanoTime();
  private final Map<String, Double> sums = new HashMap<>();
  private int epochRows;
  private long stepsHere;
  private long lastLineAt = System.nanoTime();
  private ProgressBar bar;
  private StepMetrics lastRow;

  /**
   * Progress of {@code epochs} epochs of {@code allSteps} steps in all.
   *
   * @param step what is said of a step
   * @param epoch what is said of an epoch by its last row, in which losses are means over the
   *     epoch; null for nothing
   */
  public ConsoleListener(
      RunLog log,
      int epochs,
      long allSteps,
      Function<StepMetrics, String> step,
      Function<StepMetrics, String> epoch) {
    this.log = log;
    this.epochs = epochs;
    this.allSteps = allSteps;
    this.step = step;
    this.epoch = epoch;
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
    epochRows++;
    for (String name : MEANS) {
      if (!Double.isNaN(row.number(name))) {
        sums.merge(name, row.number(name), Double::sum);
      }
    }
    String text = step.apply(row) + ", all done in " + left(row.step());
    if (bar != null) {
      bar.step();
      bar.setExtraMessage(text);
    } else if (System.nanoTime() - lastLineAt > BETWEEN_LINES.toNanos()) {
      lastLineAt = System.nanoTime();
      log.line("  step " + row.step() + "/" + allSteps + "  " + text);
    }
  }

  @Override
  public void epochDone(int epoch) {
    close();
    String text = this.epoch.apply(withMeans(lastRow));
    if (text != null) {
      log.line(
          "epoch %d/%d  %s, all done in %s"
              .formatted(epoch + 1, epochs, text, left(lastRow.step())));
      lastLineAt = System.nanoTime();
    }
  }

  /** The row with means over the epoch, as far as it was trained here, where it has losses. */
  private StepMetrics withMeans(StepMetrics row) {
    Map<String, Object> values = new LinkedHashMap<>(row.values());
    sums.forEach((name, sum) -> values.put(name, sum / epochRows));
    sums.clear();
    epochRows = 0;
    return new StepMetrics(row.step(), row.epoch(), values);
  }

  private String left(long step) {
    double perStep = (System.nanoTime() - startedAt) / 1e9 / Math.max(1, stepsHere);
    return Durations.of(perStep * (allSteps - step));
  }

  @Override
  public void close() {
    if (bar != null) {
      bar.close();
      bar = null;
    }
  }
}
