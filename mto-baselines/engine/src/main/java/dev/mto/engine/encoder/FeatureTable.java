package dev.mto.engine.encoder;

import dev.mto.data.ImageBatch;
import dev.mto.data.ImageBatches;
import dev.mto.engine.errors.UserException;
import dev.mto.executor.memory.AvailableMemory;
import java.util.Arrays;
import java.util.function.Function;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.dataset.api.preprocessor.NormalizerStandardize;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.indexing.NDArrayIndex;

/** Features of all images of a folder, with their labels. */
public final class FeatureTable implements AutoCloseable {
  private final INDArray held;
  private final INDArray rows;
  private final int[] labels;

  /** Of the first {@code labels.length} rows of {@code held}, which is closed with it. */
  private FeatureTable(INDArray held, int[] labels) {
    this.held = held;
    this.rows =
        held.size(0) == labels.length
            ? held
            : held.get(NDArrayIndex.interval(0, labels.length), NDArrayIndex.all());
    this.labels = labels;
  }

  /**
   * Features that are there already.
   *
   * @param rows [n, D] float32, closed with the table
   * @param labels [n]
   */
  public static FeatureTable of(INDArray rows, int... labels) {
    return new FeatureTable(rows, labels.clone());
  }

  /**
   * Computes features of images.
   *
   * @param batches not masked; closed
   * @param most how many images there are, unreadable ones included
   * @param features of a batch, a new array [B, D]
   * @throws dev.mto.executor.memory.NotEnoughMemoryException when they would not fit, before there
   *     are any
   */
  public static FeatureTable of(
      ImageBatches batches, int most, Function<ImageBatch, INDArray> features) {
    INDArray rows = null;
    boolean whole = false;
    int[] labels = {};
    int count = 0;
    try (batches) {
      while (batches.hasNext()) {
        try (ImageBatch next = batches.nextBatch();
            INDArray computed = features.apply(next)) {
          if (rows == null) {
            rows = room(most, computed.size(1));
            labels = new int[most];
          }
          rows.get(NDArrayIndex.interval(count, count + next.size()), NDArrayIndex.all())
              .assign(computed);
          System.arraycopy(next.labels(), 0, labels, count, next.size());
          count += next.size();
        }
      }
      whole = true;
    } finally {
      if (rows != null && !whole) {
        rows.close();
      }
    }
    if (count == 0) {
      throw new UserException("none of the " + most + " images can be read; give others");
    }
    return new FeatureTable(rows, Arrays.copyOf(labels, count));
  }

  private static INDArray room(int images, long dim) {
    AvailableMemory.ofThisMachine()
        .require(
            "a table of %d images by %d values".formatted(images, dim),
            (long) Float.BYTES * images * dim,
            "take fewer images or a machine with more");
    return Nd4j.createUninitialized(DataType.FLOAT, images, dim);
  }

  /** Images, n. */
  public int size() {
    return labels.length;
  }

  /** Width of a feature, D. */
  public int dim() {
    return (int) rows.size(1);
  }

  /** Features of the images {@code from} to {@code to} [to-from, D], a view. */
  public INDArray rows(int from, int to) {
    return rows.get(NDArrayIndex.interval(from, to), NDArrayIndex.all());
  }

  /** Features of some images [n, D], a copy; the caller's to close. */
  public INDArray rows(int... images) {
    return Nd4j.pullRows(rows, 1, images);
  }

  public int label(int image) {
    return labels[image];
  }

  /** [n]. */
  public int[] labels() {
    return labels.clone();
  }

  /** Mean and deviation of each feature. */
  public NormalizerStandardize moments() {
    NormalizerStandardize moments = new NormalizerStandardize();
    moments.fit(new DataSet(rows, null));
    return moments;
  }

  /** Standardises every feature by the mean and deviation it has in a training set. */
  public FeatureTable standardised(NormalizerStandardize train) {
    train.transform(rows);
    return this;
  }

  /** Scales every feature to Euclidean norm 1. */
  public FeatureTable normalised() {
    try (INDArray norms = rows.norm2(true, 1).addi(1e-12)) {
      rows.diviColumnVector(norms);
    }
    return this;
  }

  @Override
  public void close() {
    held.close();
  }
}
