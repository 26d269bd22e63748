package dev.mto.spark;

import dev.mto.engine.errors.FileException;
import dev.mto.engine.folder.StopSignal;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Looks, while a worker trains, whether the driver asks for a stop. */
final class StopWatcher implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(StopWatcher.class);

  private final SharedFiles files;
  private final Runnable meanwhile;
  private final CountDownLatch over = new CountDownLatch(1);
  private Thread thread; // null until it is started

  /**
   * Looks for nothing yet.
   *
   * @param meanwhile what is done each time too
   */
  StopWatcher(SharedFiles files, Runnable meanwhile) {
    this.files = files;
    this.meanwhile = meanwhile;
  }

  StopWatcher start() {
    thread = new Thread(this::watch, "mto-stop");
    thread.setDaemon(true);
    thread.start();
    return this;
  }

  private void watch() {
    boolean asked = false;
    try {
      do {
        try {
          if (!asked && files.isAskedToStop()) {
            asked = true;
            StopSignal.request();
          }
          meanwhile.run();
        } catch (FileException e) {
          LOG.debug("the storage does not answer", e); // the next time
        }
      } while (!over.await(files.poll().toMillis(), TimeUnit.MILLISECONDS));
    } catch (InterruptedException e) {
      return; // the training is over
    }
  }

  @Override
  public void close() {
    over.countDown();
    try {
      if (thread != null) {
        thread.join();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
