package dev.mto.spark;

import dev.mto.engine.errors.FileException;
import dev.mto.engine.folder.StopSignal;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.ByteBuffer;
import java.nio.channels.SeekableByteChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Shows on the driver's console what rank 0 writes into {@code train.log}, and passes a stop that
 * the driver is asked for on to the workers.
 */
final class Follower implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Follower.class);

  private final Path log;
  private final PrintStream console;
  private final SharedFiles files;
  private final CountDownLatch over = new CountDownLatch(1);
  private final Thread thread;
  private long shown;

  Follower(Path root, PrintStream console, SharedFiles files) {
    this.log = root.resolve("train.log");
    this.console = console;
    this.files = files;
    this.shown = length();
    thread = new Thread(this::follow, "mto-follower");
    thread.setDaemon(true);
    thread.start();
  }

  private long length() {
    try {
      return Files.exists(log) ? Files.size(log) : 0;
    } catch (IOException e) {
      return 0;
    }
  }

  private void follow() {
    try {
      do {
        try {
          if (StopSignal.requested()) {
            files.askToStop();
          }
        } catch (FileException e) {
          LOG.debug("the storage does not answer", e); // the next time
        }
        show();
      } while (!over.await(files.poll().toMillis(), TimeUnit.MILLISECONDS));
    } catch (InterruptedException e) {
      return; // the attempt is over
    }
  }

  /** Whole lines that came since the last time. */
  private synchronized void show() {
    if (Files.notExists(log)) {
      return;
    }
    try (SeekableByteChannel file = Files.newByteChannel(log)) {
      byte[] more = new byte[(int) Math.max(0, file.size() - shown)];
      ByteBuffer into = ByteBuffer.wrap(more);
      file.position(shown);
      int read = 0;
      while (into.hasRemaining() && read >= 0) {
        read = file.read(into);
      }
      int end = into.position();
      while (end > 0 && more[end - 1] != '\n') {
        end--;
      }
      console.print(new String(more, 0, end, StandardCharsets.UTF_8));
      console.flush();
      shown += end;
    } catch (IOException | FileException e) {
      LOG.debug("the log cannot be read", e); // the next time
    }
  }

  @Override
  public void close() {
    over.countDown();
    try {
      thread.join();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    show();
  }
}
