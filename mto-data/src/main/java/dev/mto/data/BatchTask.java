package dev.mto.data;

import dev.mto.data.folder.BadImages;
import dev.mto.data.image.UnreadableImageException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;

/**
 * One batch being read: its images are read by the workers, in any order, into its own slots, and
 * the worker that ends last puts the batch together, so that nothing is left to do for the one who
 * waits.
 */
final class BatchTask {
  private final ImageSource source;
  private final int number;
  private final int step;
  private final int[] indices;
  private final BatchArrays arrays;
  private final AtomicInteger unread;
  private final String[] reasons;
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
    this.reasons = new String[indices.length];
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
    try {
      arrays.read(slot, step);
    } catch (UnreadableImageException e) {
      reasons[slot] = e.getMessage();
    }
    if (unread.decrementAndGet() == 0) {
      assemble();
    }
  }

  private synchronized void assemble() {
    if (!cancelled) {
      batch =
          arrays.batch(
              number, IntStream.range(0, indices.length).filter(i -> reasons[i] == null).toArray());
    }
  }

  /**
   * Waits for the workers and reports unreadable images in order.
   *
   * @param bad where to list them; null = the first one is an error
   * @return the batch, or null if none of its images was readable
   */
  ImageBatch await(BadImages bad) throws InterruptedException {
    for (int i = 0; i < indices.length; i++) {
      join(i);
    }
    try {
      for (int i = 0; i < indices.length; i++) {
        if (reasons[i] != null) {
          report(bad, i);
        }
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

  private void join(int slot) throws InterruptedException {
    try {
      slots.get(slot).get();
    } catch (ExecutionException e) {
      throw new IllegalStateException(
          "reading " + source.folder().path(indices[slot]) + " failed: " + e.getCause(),
          e.getCause());
    }
  }

  private void report(BadImages bad, int slot) {
    Path path = source.folder().path(indices[slot]);
    if (bad == null) {
      throw new UncheckedIOException(
          path + " cannot be read: " + reasons[slot], new UnreadableImageException(reasons[slot]));
    }
    bad.add(path, reasons[slot]);
  }
}
