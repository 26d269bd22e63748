package dev.mto.evaluation.predict;

import dev.mto.engine.folder.Durations;
import dev.mto.engine.folder.Terminal;
import java.io.PrintStream;
import java.time.Duration;
import me.tongfei.progressbar.ProgressBar;
import me.tongfei.progressbar.ProgressBarBuilder;
import me.tongfei.progressbar.ProgressBarStyle;

/** How far a job on images is: a bar on a terminal, else a plain line every ten seconds. */
final class Progress implements AutoCloseable {
  private static final Duration BETWEEN_LINES = Duration.ofSeconds(10);

  private final long all;
  private final PrintStream console;
  private final ProgressBar bar; // null where nobody watches
  private final long startedAt = System.nanoTime();
  private long lastLineAt = startedAt;

  Progress(long all, PrintStream console) {
    this.all = all;
    this.console = console;
    this.bar =
        Terminal.present()
            ? new ProgressBarBuilder()
                .setTaskName("images")
                .setInitialMax(all)
                .setStyle(ProgressBarStyle.ASCII)
                .setUpdateIntervalMillis(200)
                .clearDisplayOnFinish()
                .build()
            : null;
  }

  /** So many images are done, unreadable ones included. */
  void at(long done) {
    long now = System.nanoTime();
    if (bar != null) {
      bar.stepTo(done);
    } else if (now - lastLineAt > BETWEEN_LINES.toNanos()) {
      lastLineAt = now;
      double perImage = (now - startedAt) / 1e9 / Math.max(1, done);
      console.printf(
          "  %d/%d images, all done in %s%n", done, all, Durations.of(perImage * (all - done)));
    }
  }

  @Override
  public void close() {
    if (bar != null) {
      bar.close();
    }
  }
}
