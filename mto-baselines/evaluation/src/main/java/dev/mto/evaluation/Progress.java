package dev.mto.evaluation;

import dev.mto.engine.folder.Durations;
import dev.mto.engine.folder.RunLog;
import java.time.Duration;
import java.util.Locale;

/** Lines about a classifier that is trained: one every ten seconds and one an epoch. */
final class Progress {
  private static final Duration BETWEEN_LINES = Duration.ofSeconds(10);

  private final RunLog log;
  private final Schedule schedule;
  private final long firstStep;
  private final long startedAt = System.nanoTime();
  private long lastLineAt = System.nanoTime();

  Progress(RunLog log, Schedule schedule, long firstStep) {
    this.log = log;
    this.schedule = schedule;
    this.firstStep = firstStep;
  }

  void step(long done, double loss) {
    if (System.nanoTime() - lastLineAt > BETWEEN_LINES.toNanos()) {
      lastLineAt = System.nanoTime();
      log.line(
          String.format(
              Locale.ROOT,
              "  step %d/%d  loss %.4f, all done in %s",
              done,
              all(),
              loss,
              left(done)));
    }
  }

  void epoch(EpochRow row) {
    lastLineAt = System.nanoTime();
    log.line(
        String.format(
            Locale.ROOT,
            "epoch %d/%d  loss %.4f, top-1 %.2f %%, top-5 %.2f %%, all done in %s",
            row.epoch(),
            schedule.epochs(),
            row.loss(),
            100 * row.top1(),
            100 * row.top5(),
            left(row.step())));
  }

  private long all() {
    return schedule.epochs() * schedule.stepsPerEpoch();
  }

  private String left(long done) {
    double perStep = (System.nanoTime() - startedAt) / 1e9 / Math.max(1, done - firstStep);
    return Durations.of(perStep * (all() - done));
  }
}
