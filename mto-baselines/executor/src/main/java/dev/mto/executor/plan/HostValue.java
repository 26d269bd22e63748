package dev.mto.executor.plan;

import java.util.Arrays;
import org.nd4j.linalg.api.ndarray.INDArray;

/** A number or vector that follows from shapes alone and is known when a graph is compiled. */
final class HostValue {
  private final double[] elements;

  HostValue(double... elements) {
    this.elements = elements;
  }

  double[] elements() {
    return elements;
  }

  static HostValue of(INDArray array) {
    return new HostValue(array.toDoubleVector());
  }

  static HostValue of(long... elements) {
    return new HostValue(Arrays.stream(elements).asDoubleStream().toArray());
  }

  long[] asExtents() {
    return Arrays.stream(elements).mapToLong(x -> (long) x).toArray();
  }

  double scalar() {
    if (elements.length != 1) {
      throw new UnsupportedGraphException("a vector where a number is needed");
    }
    return elements[0];
  }
}
