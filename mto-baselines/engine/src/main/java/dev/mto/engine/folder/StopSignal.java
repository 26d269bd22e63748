package dev.mto.engine.folder;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * Ctrl-C (or a polite kill) as a flag that the training loop looks at between steps. The virtual
 * machine waits until the run has been saved, then ends with the signal's own exit code (130).
 */
public final class StopSignal implements AutoCloseable {
  private static final long PATIENCE_SECONDS = 600;

  private final CountDownLatch saved = new CountDownLatch(1);
  private final Thread hook = new Thread(this::stop, "stop-signal");
  private volatile boolean requested;

  /** Listens from now on. */
  public StopSignal() {
    Runtime.getRuntime().addShutdownHook(hook);
  }

  private void stop() {
    requested = true;
    try {
      if (!saved.await(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
        System.err.println("The run did not stop in time; its last checkpoint is kept.");
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** Whether it was asked for. */
  public boolean requested() {
    return requested;
  }

  @Override
  public void close() {
    saved.countDown();
    if (!requested) {
      try {
        Runtime.getRuntime().removeShutdownHook(hook);
      } catch (IllegalStateException e) {
        return; // the virtual machine is going down already
      }
    }
  }
}
