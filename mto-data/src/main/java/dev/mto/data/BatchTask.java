package dev.mto.data;

import dev.mto.data.folder.BadImages;
import dev.mto.data.image.UnreadableImageException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;
import java.util.stream.IntStream;

/**
 * One batch being read: its images are read by the workers, in any order, into its own slots, and
 * the worker that ends last puts the batch together, so that nothing is left to do for the one who
 * waits.
 */
final class BatchTask {
  private static final long POLL_MILLIS = 100;
  private static final long PATIENCE_SECONDS = 120;

  private final ImageSource source;
  private final int number;
  private final int step;
  private final int[] indices;
  private final BatchArrays arrays;
  private final AtomicInteger unread;
  private final List<List<String>> reasons = new ArrayList<>();
  private final boolean[] filled;
  private final List<Future<?>> slots = new ArrayList<>();
  private ImageBatch batch;
  private boolean cancelled;

  /**
   * @param number of the batch in the epoch
   * @param step of the optimizer in the epoch
   */
  BatchTask(ImageSource source, int number, int step, int[] indices, BatchArrays.Buffers buffers) {
    this.source = source;
    this.number = number;
    this.step = step;
    this.indices = indices;
    this.arrays = new BatchArrays(source, indices, buffers);
    this.unread = new AtomicInteger(indices.length);
    this.filled = new boolean[indices.length];
    IntStream.range(0, indices.length).forEach(slot -> reasons.add(new ArrayList<>()));
  }

  BatchTask submit(ExecutorService workers) {
    for (int i = 0; i < indices.length; i++) {
      int slot = i;
      slots.add(workers.submit(() -> read(slot)));
    }
    return this;
  }

  /** Nobody will ask for the batch. */
  synchronized void cancel() {
    cancelled = true;
    slots.forEach(slot -> slot.cancel(false));
    if (batch != null) {
      batch.close();
      batch = null;
    }
  }

  private void read(int slot) {
    for (int tried = 0; tried < source.mostTried(); tried++) {
      try {
        arrays.read(slot, source.fileOf(indices[slot], tried), step);
        filled[slot] = true;
        break;
      } catch (UnreadableImageException e) {
        reasons.get(slot).add(e.getMessage());
      }
    }
    if (unread.decrementAndGet() == 0) {
      assemble();
    }
  }

  private synchronized void assemble() {
    if (!cancelled) {
      batch =
          arrays.batch(number, IntStream.range(0, indices.length).filter(i -> filled[i]).toArray());
    }
  }

  /**
   * Waits for the workers and reports unreadable images in order.
   *
   * @param bad where to list them; null = the first one is an error
   * @param stop asked while it waits
   * @return the batch, or null if none of its images was readable
   * @throws StoppedException if {@code stop} says so
   */
  ImageBatch await(BadImages bad, BooleanSupplier stop) throws InterruptedException {
    try {
      for (int i = 0; i < indices.length; i++) {
        join(i, stop);
      }
      for (int i = 0; i < indices.length; i++) {
        report(bad, i);
      }
    } catch (RuntimeException e) {
      cancel();
      throw e;
    }
    return handOut();
  }

  private synchronized ImageBatch handOut() {
    ImageBatch result = batch;
    batch = null;
    return result;
  }

  private void join(int slot, BooleanSupplier stop) throws InterruptedException {
    long since = System.nanoTime();
    while (true) {
      if (stop.getAsBoolean()) {
        throw new StoppedException();
      }
      try {
        slots.get(slot).get(POLL_MILLIS, TimeUnit.MILLISECONDS);
        return;
      } catch (TimeoutException e) {
        requirePatience(slot, since);
      } catch (ExecutionException e) {
        String where = source.folder().path(indices[slot]) + " cannot be read";
        if (e.getCause() instanceof UncheckedIOException unusable) {
          throw unusable;
        }
        if (e.getCause() instanceof Error error) {
          throw new UncheckedIOException(where, new IOException(error.toString(), error));
        }
        throw new IllegalStateException(where + ": " + e.getCause(), e.getCause());
      }
    }
  }

  /** All images before it are read, so that this one is being read, as from a disk that hangs. */
  private void requirePatience(int slot, long since) {
    if (System.nanoTime() - since > TimeUnit.SECONDS.toNanos(PATIENCE_SECONDS)) {
      throw new UncheckedIOException(
          source.folder().path(indices[slot]) + " cannot be read",
          new IOException(
              "it has taken "
                  + PATIENCE_SECONDS
                  + " s and goes on; is its disk or network folder there?"));
    }
  }

  private void report(BadImages bad, int slot) {
    for (int tried = 0; tried < reasons.get(slot).size(); tried++) {
      Path path = source.folder().path(source.fileOf(indices[slot], tried));
      String reason = reasons.get(slot).get(tried);
      if (bad == null) {
        throw new UncheckedIOException(
            path + " cannot be read: " + reason, new UnreadableImageException(reason));
      }
      bad.add(path, reason);
    }
  }
}
