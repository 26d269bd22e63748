package dev.mto.data;

import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Future;
import org.nd4j.linalg.api.ndarray.INDArray;

/** One batch being read: its images are read by the workers, in any order, into its own slots. */
final class BatchTask {
  private final ImageSource source;
  private final int number;
  private final int step;
  private final int[] indices;
  private final float[] pixels;
  private final float[] second;
  private final Mask[] masks;
  private final List<Future<String>> slots = new ArrayList<>();

  /**
   * @param number of the batch in the epoch
   * @param step of the optimizer in the epoch
   */
  BatchTask(ImageSource source, int number, int step, int[] indices) {
    this.source = source;
    this.number = number;
    this.step = step;
    this.indices = indices;
    this.pixels = new float[Math.multiplyExact(indices.length, source.imageLength())];
    this.second = source.twoViews() ? new float[pixels.length] : null;
    this.masks = new Mask[indices.length];
  }

  BatchTask submit(ExecutorService workers) {
    for (int i = 0; i < indices.length; i++) {
      int slot = i;
      slots.add(workers.submit(() -> read(slot)));
    }
    return this;
  }

  void cancel() {
    slots.forEach(slot -> slot.cancel(false));
  }

  /** Null if the image was read, else the reason why not. */
  private String read(int slot) {
    try {
      source.views(indices[slot], pixels, second, slot * source.imageLength());
      masks[slot] = source.mask(indices[slot], step);
      return null;
    } catch (UnreadableImageException e) {
      return e.getMessage();
    }
  }

  /**
   * Waits for the workers and reports unreadable images in order.
   *
   * @param bad where to list them; null = the first one is an error
   * @return the batch, or null if none of its images was readable
   */
  ImageBatch await(BadImages bad) throws InterruptedException {
    int[] good = new int[indices.length];
    int count = 0;
    for (int i = 0; i < indices.length; i++) {
      String reason = result(i);
      if (reason == null) {
        good[count++] = i;
      } else {
        report(bad, i, reason);
      }
    }
    return count == 0 ? null : assemble(Arrays.copyOf(good, count));
  }

  private String result(int slot) throws InterruptedException {
    try {
      return slots.get(slot).get();
    } catch (ExecutionException e) {
      throw new IllegalStateException(
          "reading " + source.folder().path(indices[slot]) + " failed: " + e.getCause(),
          e.getCause());
    }
  }

  private void report(BadImages bad, int slot, String reason) {
    Path path = source.folder().path(indices[slot]);
    if (bad == null) {
      throw new UncheckedIOException(
          path + " cannot be read: " + reason, new UnreadableImageException(reason));
    }
    bad.add(path, reason);
  }

  private ImageBatch assemble(int[] good) {
    int[] kept = new int[good.length];
    int[] labels = new int[good.length];
    List<Mask> keptMasks = new ArrayList<>();
    for (int i = 0; i < good.length; i++) {
      kept[i] = indices[good[i]];
      labels[i] = source.folder().label(kept[i]);
      keptMasks.add(masks[good[i]]);
    }
    INDArray mask = source.masked() ? Mask.toArray(keptMasks) : null;
    INDArray secondView = source.twoViews() ? images(second, good) : null;
    return new ImageBatch(number, images(pixels, good), secondView, mask, labels, kept);
  }

  private INDArray images(float[] all, int[] good) {
    Preprocessing to = source.preprocessing();
    int length = source.imageLength();
    float[] data = all;
    if (good.length < indices.length) {
      data = new float[good.length * length];
      for (int i = 0; i < good.length; i++) {
        System.arraycopy(all, good[i] * length, data, i * length, length);
      }
    }
    return FloatArrays.of(data, good.length, to.channels(), to.height(), to.width());
  }
}
