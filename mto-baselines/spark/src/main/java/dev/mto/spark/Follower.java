package dev.mto.spark;

import dev.mto.engine.folder.StopSignal;
import java.io.IOException;
import java.io.PrintStream;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Shows on the driver's console what rank 0 writes into {@code train.log}, and passes a stop that
 * the driver is asked for on to the workers.
 */
final class Follower implements AutoCloseable {
  private static final long POLL_MILLIS = 200;

  private final Path log;
  private final PrintStream console;
  private final SharedFiles files;
  private final Thread thread;
  private long shown;

  Follower(Path root, PrintStream console, SharedFiles files) {
    this.log = root.resolve("train.log");
    this.console = console;
    this.files = files;
    this.shown = log.toFile().length(); // 0 where it is not there
    thread = new Thread(this::follow, "mto-follower");
    thread.setDaemon(true);
    thread.start();
  }

  private void follow() {
    try {
      while (true) {
        if (StopSignal.requested()) {
          files.askToStop();
        }
        show();
        Thread.sleep(POLL_MILLIS);
      }
    } catch (InterruptedException e) {
      return; // the attempt is over
    }
  }

  /** Whole lines that came since the last time. */
  private synchronized void show() {
    if (Files.notExists(log)) {
      return;
    }
    try (RandomAccessFile file = new RandomAccessFile(log.toFile(), "r")) {
      file.seek(shown);
      byte[] more = new byte[(int) Math.max(0, file.length() - shown)];
      file.readFully(more);
      int end = more.length;
      while (end > 0 && more[end - 1] != '\n') {
        end--;
      }
      console.print(new String(more, 0, end, StandardCharsets.UTF_8));
      console.flush();
      shown += end;
    } catch (IOException e) {
      return; // the next time
    }
  }

  @Override
  public void close() {
    thread.interrupt();
    try {
      thread.join();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    show();
  }
}
