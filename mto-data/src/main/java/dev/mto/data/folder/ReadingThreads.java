package dev.mto.data.folder;

import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;

/** Threads that read images, and that keep no program from ending. */
public final class ReadingThreads {
  private ReadingThreads() {}

  /** As many threads, {@code mto-data-1} and so on; each starts with its first work. */
  public static ExecutorService start(int threads) {
    AtomicInteger number = new AtomicInteger();
    return Executors.newFixedThreadPool(
        threads,
        work -> {
          Thread thread = new Thread(work, "mto-data-" + number.incrementAndGet());
          thread.setDaemon(true);
          return thread;
        });
  }
}
