package dev.mto.data.folder;

import java.util.concurrent.ThreadFactory;
import java.util.concurrent.atomic.AtomicInteger;

/** Daemon threads named {@code mto-data-1}, {@code mto-data-2}, … */
public final class WorkerThreads implements ThreadFactory {
  private final AtomicInteger count = new AtomicInteger();

  @Override
  public Thread newThread(Runnable work) {
    Thread thread = new Thread(work, "mto-data-" + count.incrementAndGet());
    thread.setDaemon(true);
    return thread;
  }
}
