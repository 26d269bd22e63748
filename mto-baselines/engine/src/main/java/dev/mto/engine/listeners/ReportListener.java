package dev.mto.engine.listeners;

import dev.mto.engine.errors.FileException;
import dev.mto.engine.report.RunState;
import dev.mto.engine.report.RunView;
import java.util.function.LongSupplier;

/**
 * Keeps {@code report.html} up to date: from before the first step, at most every so many seconds
 * while the run goes on, and once more at its end, however it ends. A renewal reads what was logged
 * since the last one, so that it costs the same at any length of the run.
 */
public final class ReportListener implements TrainingListener {
  private final RunView view;
  private final int everySeconds;
  private final LongSupplier nanoTime;
  private long writtenAt;
  private boolean over;

  /**
   * Writes the first page.
   *
   * @param everySeconds between renewals at least
   * @param nanoTime the time in nanoseconds from any moment on
   */
  public ReportListener(RunView view, int everySeconds, LongSupplier nanoTime) {
    this.view = view;
    this.everySeconds = everySeconds;
    this.nanoTime = nanoTime;
    write(RunState.RUNNING, "");
  }

  @Override
  public void stepDone(StepMetrics row) {
    if ((nanoTime.getAsLong() - writtenAt) / 1e9 >= everySeconds) {
      write(RunState.RUNNING, "");
    }
  }

  @Override
  public void ended(boolean done) {
    write(done ? RunState.FINISHED : RunState.STOPPED, "");
    over = true;
  }

  /** Says on the page that an error ended the run. */
  public void failed(String message) {
    over = true;
    try {
      write(RunState.FAILED, message == null ? "" : message);
    } catch (FileException e) {
      return; // a full disk may be the very error, which is told on the console
    }
  }

  private void write(RunState state, String message) {
    view.write(state, message, everySeconds);
    writtenAt = nanoTime.getAsLong();
  }

  /** An end that nobody has told of is an error. */
  @Override
  public void close() {
    if (!over) {
      failed("");
    }
  }
}
