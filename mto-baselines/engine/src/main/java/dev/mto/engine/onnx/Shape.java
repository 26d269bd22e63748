package dev.mto.engine.onnx;

import dev.mto.engine.errors.UserException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * The shape of a value.
 *
 * @param extents of its dimensions
 */
record Shape(List<Extent> extents) {
  Shape {
    extents = List.copyOf(extents);
  }

  static Shape of(long... numbers) {
    return new Shape(Arrays.stream(numbers).mapToObj(Extent::of).toList());
  }

  int rank() {
    return extents.size();
  }

  /** Of a dimension, from the end where it is negative. */
  Extent at(int dimension) {
    return extents.get(axis(dimension));
  }

  /** A dimension counted from the start. */
  int axis(int dimension) {
    return dimension < 0 ? dimension + rank() : dimension;
  }

  /** How many values there are. */
  Extent length() {
    return extents.stream().reduce(Extent.ONE, Extent::times);
  }

  /** The same with another extent of one dimension. */
  Shape with(int dimension, Extent extent) {
    List<Extent> changed = new ArrayList<>(extents);
    changed.set(axis(dimension), extent);
    return new Shape(changed);
  }

  /** The same without one dimension. */
  Shape without(int dimension) {
    List<Extent> fewer = new ArrayList<>(extents);
    fewer.remove(axis(dimension));
    return new Shape(fewer);
  }

  Shape permuted(long... order) {
    return new Shape(Arrays.stream(order).mapToObj(from -> at((int) from)).toList());
  }

  /** What an operation of element and element gives, dimensions of one being repeated. */
  Shape broadcast(Shape other) {
    int rank = Math.max(rank(), other.rank());
    List<Extent> result = new ArrayList<>();
    for (int fromEnd = rank; fromEnd > 0; fromEnd--) {
      Extent own = fromEnd > rank() ? Extent.ONE : at(-fromEnd);
      Extent others = fromEnd > other.rank() ? Extent.ONE : other.at(-fromEnd);
      if (!own.equals(others) && !own.equals(Extent.ONE) && !others.equals(Extent.ONE)) {
        throw new UserException("ONNX: shapes " + this + " and " + other + " do not fit together");
      }
      result.add(own.equals(Extent.ONE) ? others : own);
    }
    return new Shape(result);
  }

  /**
   * Numbers as ONNX's {@code Reshape} takes them: -1 for the one extent that is of the batch.
   *
   * @throws UserException when there are several of them
   */
  long[] numbers() {
    if (extents.stream().filter(Extent::ofBatch).count() > 1) {
      throw new UserException("ONNX: a shape with the batch in it twice, " + this);
    }
    return extents.stream().mapToLong(e -> e.ofBatch() ? -1 : e.factor()).toArray();
  }

  boolean ofBatch() {
    return extents.stream().anyMatch(Extent::ofBatch);
  }

  @Override
  public String toString() {
    return extents.toString();
  }
}
