package dev.mto.data;

import dev.mto.data.image.Preprocessing;
import dev.mto.data.image.UnreadableImageException;
import dev.mto.data.mask.Mask;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.bytedeco.javacpp.FloatPointer;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.memory.MemoryWorkspace;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.api.ops.executioner.OpExecutioner;
import org.nd4j.linalg.factory.Nd4j;

/** The values of a batch while it is read: a slot for each image. */
final class BatchArrays {
  private final ImageSource source;
  private final int[] indices;
  private final int[] files;
  private final Buffers buffers;
  private final float[] pixels;
  private final float[] second;
  private final Mask[] masks;
  private final Integer device;

  /** Arrays for images {@code indices}, to be made on the calling thread's device. */
  BatchArrays(ImageSource source, int[] indices, Buffers buffers) {
    this.source = source;
    this.indices = indices;
    this.files = indices.clone();
    this.buffers = buffers;
    this.pixels = buffers.take();
    this.second = source.twoViews() ? buffers.take() : null;
    this.masks = new Mask[indices.length];
    this.device = Nd4j.getAffinityManager().getDeviceForCurrentThread();
  }

  /**
   * Fills a slot.
   *
   * @param file index of the image that is read into it
   */
  void read(int slot, int file, int step) throws UnreadableImageException {
    files[slot] = file;
    source.views(indices[slot], file, pixels, second, slot * source.imageLength());
    masks[slot] = source.mask(indices[slot], step);
  }

  /**
   * The batch of the slots that were read; this cannot be used again.
   *
   * @param good the slots, ascending
   * @return null if there are none
   */
  ImageBatch batch(int number, int[] good) {
    Nd4j.getAffinityManager().unsafeSetDevice(device);
    ImageBatch batch = good.length == 0 ? null : assemble(number, good);
    buffers.giveBack(pixels);
    if (second != null) {
      buffers.giveBack(second);
    }
    return batch;
  }

  private ImageBatch assemble(int number, int[] good) {
    int[] kept = new int[good.length];
    int[] labels = new int[good.length];
    List<Mask> keptMasks = new ArrayList<>();
    for (int i = 0; i < good.length; i++) {
      kept[i] = files[good[i]];
      labels[i] = source.folder().label(kept[i]);
      keptMasks.add(masks[good[i]]);
    }
    boolean masked = source.masked();
    return new ImageBatch(
        number,
        images(pixels, good),
        source.twoViews() ? images(second, good) : null,
        masked ? keptMasks : List.of(),
        masked ? masks(keptMasks) : null,
        labels,
        kept);
  }

  private INDArray images(float[] all, int[] good) {
    Preprocessing to = source.preprocessing();
    int length = source.imageLength();
    for (int i = 0; i < good.length; i++) {
      if (good[i] > i) {
        System.arraycopy(all, good[i] * length, all, i * length, length);
      }
    }
    return floats(all, good.length, to.channels(), to.height(), to.width());
  }

  /**
   * The masks of a batch as one array outside all workspaces.
   *
   * @return [B, N] float32, 1 = masked; the caller closes it
   * @throws IllegalArgumentException if there is no mask or they differ in their number of tokens
   */
  static INDArray masks(List<Mask> masks) {
    if (masks.isEmpty()) {
      throw new IllegalArgumentException("a batch needs at least one mask, but none was given");
    }
    int tokens = masks.get(0).tokens();
    float[] rows = new float[Math.multiplyExact(masks.size(), tokens)];
    for (int b = 0; b < masks.size(); b++) {
      if (masks.get(b).tokens() != tokens) {
        throw new IllegalArgumentException(
            "mask %s has %s tokens but mask 0 has %s: masks of one batch need one grid"
                .formatted(b, masks.get(b).tokens(), tokens));
      }
      masks.get(b).write(rows, b * tokens);
    }
    return floats(rows, masks.size(), tokens);
  }

  /**
   * A native array of the first of {@code values}, as many as the shape holds, in c order. It
   * belongs to no workspace, so that closing it frees it.
   */
  @SuppressWarnings("try")
  static INDArray floats(float[] values, long... shape) {
    int length = Math.toIntExact(Arrays.stream(shape).reduce(1, Math::multiplyExact));
    try (MemoryWorkspace outside = Nd4j.getWorkspaceManager().scopeOutOfWorkspaces()) {
      if (Nd4j.getExecutioner().type() != OpExecutioner.ExecutionerType.NATIVE_CPU) {
        return Nd4j.create(Arrays.copyOf(values, length), shape, 'c');
      }
      // This takes half the time of Nd4j.create.
      INDArray array = Nd4j.createUninitialized(DataType.FLOAT, shape, 'c');
      new FloatPointer(array.data().pointer()).put(values, 0, length);
      return array;
    }
  }

  /** Arrays of one length that are used again, since making a large one clears it first. */
  static final class Buffers {
    private final int length;
    private final Queue<float[]> free = new ConcurrentLinkedQueue<>();

    Buffers(int length) {
      this.length = length;
    }

    /** [length], with values of an earlier use. */
    private float[] take() {
      float[] buffer = free.poll();
      return buffer == null ? new float[length] : buffer;
    }

    private void giveBack(float[] buffer) {
      free.add(buffer);
    }
  }
}
