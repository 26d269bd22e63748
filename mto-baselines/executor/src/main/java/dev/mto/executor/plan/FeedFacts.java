package dev.mto.executor.plan;

import dev.mto.executor.kernels.Selection;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.LongStream;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * What a plan relies on about a placeholder's value; a value with other facts needs another plan.
 *
 * @param shape its extents
 * @param oneHot whether it is a batch of one-hot selections
 * @param onesInRow of a 0/1 matrix: how many ones each row has; -1 where rows differ, or for other
 *     values
 */
record FeedFacts(List<Long> shape, boolean oneHot, int onesInRow) {

  static FeedFacts of(INDArray array) {
    List<Long> shape = LongStream.of(array.shape()).boxed().toList();
    return switch (array.rank()) {
      case 2 -> new FeedFacts(shape, false, onesInRow(array));
      case 3 -> new FeedFacts(shape, isOneHot(array), -1);
      default -> new FeedFacts(shape, false, -1);
    };
  }

  long[] extents() {
    return shape.stream().mapToLong(Long::longValue).toArray();
  }

  /**
   * These facts for another number of images.
   *
   * @param declared the placeholder's shape, -1 for the images
   */
  FeedFacts of(long images, long... declared) {
    List<Long> other = new ArrayList<>(shape);
    for (int i = 0; i < declared.length; i++) {
      if (declared[i] == -1) {
        other.set(i, images);
      }
    }
    return new FeedFacts(List.copyOf(other), oneHot, onesInRow);
  }

  private static boolean isOneHot(INDArray array) {
    return new Selection((int) array.size(0), (int) array.size(1), (int) array.size(2))
        .read(array.data().asFloat());
  }

  private static int onesInRow(INDArray matrix) {
    float[] values = matrix.data().asFloat();
    int columns = (int) matrix.size(1);
    int common = -1;
    for (int row = 0; row < matrix.size(0); row++) {
      int ones = 0;
      for (int column = 0; column < columns; column++) {
        float value = values[row * columns + column];
        if (value != 0 && value != 1) {
          return -1;
        }
        ones += (int) value;
      }
      if (row > 0 && ones != common) {
        return -1;
      }
      common = ones;
    }
    return common;
  }
}
