package dev.mto.engine.encoder;

import dev.mto.data.ImageBatch;
import dev.mto.data.ImageBatches;
import dev.mto.data.StoppedException;
import java.util.Iterator;
import java.util.NoSuchElementException;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * Features of images, batch by batch in the order of the images; held are one batch and what its
 * reader reads ahead, however many images there are. They are the values that k-NN compares. Close
 * it: it closes the batches, not the encoder.
 */
public final class ImageFeatures implements Iterator<ImageFeatures.Batch>, AutoCloseable {
  private final FrozenEncoder encoder;
  private final FeatureKind kind;
  private final ImageBatches batches;

  /**
   * Some images and their features. B images, D width.
   *
   * @param number of the batch, from 0
   * @param images [B], indices into the folder
   * @param vectors [B][D]
   */
  @SuppressWarnings("ArrayRecordComponent")
  public record Batch(int number, int[] images, float[][] vectors) {}

  /** Features of batches that are not masked. */
  public ImageFeatures(FrozenEncoder encoder, FeatureKind kind, ImageBatches batches) {
    this.encoder = encoder;
    this.kind = kind;
    this.batches = batches;
  }

  /**
   * Whether a batch with a readable image is left.
   *
   * @throws StoppedException if a stop is asked for while it is waited for
   */
  @Override
  public boolean hasNext() {
    return batches.hasNext();
  }

  /**
   * The next batch.
   *
   * @throws NoSuchElementException after the last one
   * @throws StoppedException if a stop is asked for while it is waited for
   */
  @Override
  public Batch next() {
    try (ImageBatch batch = batches.nextBatch();
        INDArray features = encoder.features(batch.images(), kind)) {
      return new Batch(batch.number(), batch.indices(), features.toFloatMatrix());
    }
  }

  @Override
  public void close() {
    batches.close();
  }
}
