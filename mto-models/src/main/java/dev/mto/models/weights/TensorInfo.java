package dev.mto.models.weights;

import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import org.nd4j.linalg.api.buffer.DataType;

/**
 * A tensor of a file whose values have not been read.
 *
 * @param type of its values
 * @param shape its dimensions, none for a scalar
 */
public record TensorInfo(DataType type, List<Long> shape) {
  /** Checks that no dimension is negative. */
  public TensorInfo {
    Objects.requireNonNull(type);
    shape = List.copyOf(shape);
    if (shape.stream().anyMatch(dimension -> dimension < 0)) {
      throw new IllegalArgumentException("shape " + shape + ": a dimension must not be negative");
    }
  }

  static TensorInfo of(DataType type, long[] shape) {
    return new TensorInfo(type, Arrays.stream(shape).boxed().toList());
  }

  /** Number of values. */
  public long elements() {
    return shape.stream().reduce(1L, Math::multiplyExact);
  }
}
