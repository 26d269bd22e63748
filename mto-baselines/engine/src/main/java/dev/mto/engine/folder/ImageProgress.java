package dev.mto.engine.folder;

import java.io.PrintStream;
import java.time.Duration;
import me.tongfei.progressbar.ProgressBar;
import me.tongfei.progressbar.ProgressBarBuilder;
import me.tongfei.progressbar.ProgressBarStyle;

/** How far a job on images is: a bar on a terminal, else a plain line every ten seconds. */
public final class ImageProgress implements AutoCloseable {
  private static final Duration BETWEEN_LINES = Duration.ofSeconds(10);

  private final PrintStream console;
  private final int images;
  private final int before;
  private final ProgressBar bar;
  private final long startedAt = System.nanoTime();
  private long lastLineAt = startedAt;

  /**
   * Begins to count.
   *
   * @param images of the job
   * @param before of them, those that were done earlier
   */
  public ImageProgress(PrintStream console, int images, int before) {
    this.console = console;
    this.images = images;
    this.before = before;
    bar =
        Terminal.present()
            ? new ProgressBarBuilder()
                .setTaskName("images")
                .setInitialMax(images)
                .setStyle(ProgressBarStyle.ASCII)
                .setUpdateIntervalMillis(200)
                .clearDisplayOnFinish()
                .build()
            : null;
    if (bar != null) {
      bar.stepTo(before);
    }
  }

  /** So many images are done, unreadable ones included. */
  public void done(int count) {
    long now = System.nanoTime();
    double perSecond = (count - before) / ((now - startedAt) / 1e9);
    String text =
        "%.0f images/s, done in %s"
            .formatted(perSecond, Durations.of((images - count) / perSecond));
    if (bar != null) {
      bar.stepTo(count);
      bar.setExtraMessage(text);
    } else if (now - lastLineAt > BETWEEN_LINES.toNanos()) {
      lastLineAt = now;
      console.printf("  %,d of %,d images, %s%n", count, images, text);
    }
  }

  @Override
  public void close() {
    if (bar != null) {
      bar.close();
    }
  }
}
