package dev.mto.data;

import dev.mto.data.image.Preprocessing;
import dev.mto.data.image.UnreadableImageException;
import dev.mto.data.mask.Mask;
import java.util.ArrayList;
import java.util.List;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** The values of a batch while it is read: a slot for each image. */
final class BatchArrays {
  private final ImageSource source;
  private final int[] indices;
  private final FloatBuffers buffers;
  private final float[] pixels;
  private final float[] second;
  private final Mask[] masks;
  private final Integer device;

  /** Arrays for images {@code indices}, to be made on the calling thread's device. */
  BatchArrays(ImageSource source, int[] indices, FloatBuffers buffers) {
    this.source = source;
    this.indices = indices;
    this.buffers = buffers;
    this.pixels = buffers.take();
    this.second = source.twoViews() ? buffers.take() : null;
    this.masks = new Mask[indices.length];
    this.device = Nd4j.getAffinityManager().getDeviceForCurrentThread();
  }

  void read(int slot, int step) throws UnreadableImageException {
    source.views(indices[slot], pixels, second, slot * source.imageLength());
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
      kept[i] = indices[good[i]];
      labels[i] = source.folder().label(kept[i]);
      keptMasks.add(masks[good[i]]);
    }
    INDArray mask = source.masked() ? masks(keptMasks) : null;
    INDArray secondView = source.twoViews() ? images(second, good) : null;
    return new ImageBatch(
        number,
        images(pixels, good),
        secondView,
        source.masked() ? keptMasks : List.of(),
        mask,
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
    return FloatArrays.of(all, good.length, to.channels(), to.height(), to.width());
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
            "mask "
                + b
                + " has "
                + masks.get(b).tokens()
                + " tokens but mask 0 has "
                + tokens
                + ": masks of one batch need one grid");
      }
      masks.get(b).write(rows, b * tokens);
    }
    return FloatArrays.of(rows, masks.size(), tokens);
  }
}
