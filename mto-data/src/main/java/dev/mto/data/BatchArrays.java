package dev.mto.data;

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
    INDArray mask = source.masked() ? Mask.toArray(keptMasks) : null;
    INDArray secondView = source.twoViews() ? images(second, good) : null;
    return new ImageBatch(number, images(pixels, good), secondView, mask, labels, kept);
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
}
