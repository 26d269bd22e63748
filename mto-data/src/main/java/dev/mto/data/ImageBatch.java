package dev.mto.data;

import dev.mto.data.mask.Mask;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.MultiDataSet;

/**
 * Some images with their masks. B = images, C = channels, H and W = pixels, N = tokens. The arrays
 * are native memory of this batch: close it when its step is done.
 *
 * @param number place of this batch in its epoch, from 0; batches without a readable image count
 * @param images [B, C, H, W] float32, c order, channels RGB
 * @param secondView [B, C, H, W] float32: the same crops with other colours; null where no second
 *     view was asked for
 * @param masks the mask of each image; empty where no sampler was given
 * @param mask the masks as [B, N] float32, 1 = masked; null where no sampler was given
 * @param labels [B], -1 = unlabelled
 * @param indices [B], indices into the folder
 */
@SuppressWarnings("ArrayRecordComponent")
public record ImageBatch(
    int number,
    INDArray images,
    INDArray secondView,
    List<Mask> masks,
    INDArray mask,
    int[] labels,
    int[] indices)
    implements AutoCloseable {

  /** Copies the list. */
  public ImageBatch {
    masks = List.copyOf(masks);
  }

  /** B, smaller than the batch size where images were unreadable or the epoch ends. */
  public int size() {
    return indices.length;
  }

  @Override
  public int[] labels() {
    return labels.clone();
  }

  @Override
  public int[] indices() {
    return indices.clone();
  }

  /**
   * Features [images, mask, second view], less what there is not, and labels [one-hot (B, classes)
   * float32], or no labels for 0 classes.
   */
  MultiDataSet dataSet(int classes) {
    INDArray[] features =
        Stream.of(images, mask, secondView).filter(Objects::nonNull).toArray(INDArray[]::new);
    if (classes == 0) {
      return new MultiDataSet(features, null);
    }
    float[] oneHot = new float[labels.length * classes];
    for (int i = 0; i < labels.length; i++) {
      oneHot[i * classes + labels[i]] = 1f;
    }
    INDArray targets = BatchArrays.floats(oneHot, labels.length, classes);
    return new MultiDataSet(features, new INDArray[] {targets});
  }

  /** Frees the arrays; a second call does nothing. */
  @Override
  public void close() {
    Stream.of(images, secondView, mask)
        .filter(array -> array != null && array.closeable() && !array.wasClosed())
        .forEach(INDArray::close);
  }
}
