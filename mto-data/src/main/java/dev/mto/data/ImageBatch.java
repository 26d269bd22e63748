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
 */
public final class ImageBatch implements AutoCloseable {
  private final int number;
  private final INDArray images;
  private final INDArray secondView;
  private final List<Mask> masks;
  private final INDArray mask;
  private final int[] labels;
  private final int[] indices;

  ImageBatch(
      int number,
      INDArray images,
      INDArray secondView,
      List<Mask> masks,
      INDArray mask,
      int[] labels,
      int[] indices) {
    this.number = number;
    this.images = images;
    this.secondView = secondView;
    this.masks = List.copyOf(masks);
    this.mask = mask;
    this.labels = labels;
    this.indices = indices;
  }

  /** Place of this batch in its epoch, from 0; batches without a readable image count too. */
  public int number() {
    return number;
  }

  /** B, smaller than the batch size where images were unreadable or the epoch ends. */
  public int size() {
    return indices.length;
  }

  /** [B, C, H, W] float32, c order, channels RGB. */
  public INDArray images() {
    return images;
  }

  /**
   * [B, C, H, W] float32: the same crops with other colours; null where no second view was asked
   * for.
   */
  public INDArray secondView() {
    return secondView;
  }

  /** The mask of each image; empty where no sampler was given. */
  public List<Mask> masks() {
    return masks;
  }

  /** The masks as [B, N] float32, 1 = masked; null where no sampler was given. */
  public INDArray mask() {
    return mask;
  }

  /** [B], -1 = unlabelled. */
  public int[] labels() {
    return labels.clone();
  }

  /** [B], indices into the folder. */
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
