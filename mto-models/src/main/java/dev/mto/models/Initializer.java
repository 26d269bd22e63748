package dev.mto.models;

import java.util.function.DoubleSupplier;
import java.util.random.RandomGenerator;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** Makes the first value of a parameter. */
@FunctionalInterface
public interface Initializer {
  /**
   * The initial value.
   *
   * @param random the parameter's own stream
   * @param type floating-point type of the result
   * @param shape shape of the result, as in the official checkpoint
   */
  INDArray create(RandomGenerator random, DataType type, long... shape);

  /** All zeros. */
  static Initializer zeros() {
    return constant(0);
  }

  /** All ones. */
  static Initializer ones() {
    return constant(1);
  }

  /** All the same value. */
  static Initializer constant(double value) {
    return (random, type, shape) -> Nd4j.valueArrayOf(shape, value, type);
  }

  /** The same values every time, e.g. a table of positions that is trained on. */
  static Initializer copyOf(INDArray values) {
    return (random, type, shape) -> Nd4j.createUninitialized(type, shape, 'c').assign(values);
  }

  /** Normal with mean 0. */
  static Initializer normal(double std) {
    return (random, type, shape) -> fill(type, shape, () -> std * random.nextGaussian());
  }

  /**
   * Normal with mean 0, redrawn until within {@code [-cut, cut]}.
   *
   * @param std standard deviation before truncation
   * @param cut absolute bound; SimMIM uses {@code std} itself, timm's default is 2
   */
  static Initializer truncatedNormal(double std, double cut) {
    return (random, type, shape) ->
        fill(
            type,
            shape,
            () -> {
              double value;
              do {
                value = std * random.nextGaussian();
              } while (Math.abs(value) > cut);
              return value;
            });
  }

  /** Uniform in {@code [-bound, bound)}. */
  static Initializer uniform(double bound) {
    return (random, type, shape) -> fill(type, shape, () -> bound * (2 * random.nextDouble() - 1));
  }

  /**
   * PyTorch's default for the weight of a linear layer or convolution: uniform within 1/√(inputs),
   * the inputs being all dimensions but the first. Its bias is {@link #uniform} with the same
   * bound.
   */
  static Initializer kaimingUniform() {
    return (random, type, shape) ->
        uniform(1 / Math.sqrt((double) inputs(shape))).create(random, type, shape);
  }

  /** Xavier uniform of a weight [outputs, inputs...]: within √(6/(inputs + outputs)). */
  static Initializer xavierUniform() {
    return (random, type, shape) ->
        uniform(Math.sqrt(6.0 / (inputs(shape) + shape[0]))).create(random, type, shape);
  }

  /** The same values divided by {@code divisor}. */
  default Initializer dividedBy(double divisor) {
    return (random, type, shape) -> create(random, type, shape).divi(divisor);
  }

  private static long inputs(long[] shape) {
    long inputs = 1;
    for (int i = 1; i < shape.length; i++) {
      inputs *= shape[i];
    }
    return inputs;
  }

  /**
   * SameDiff copies a variable's first value once more where it is a view, such as a reshaped one.
   */
  private static INDArray fill(DataType type, long[] shape, DoubleSupplier values) {
    long length = 1;
    for (long size : shape) {
      length *= size;
    }
    int count = Math.toIntExact(length);
    if (type == DataType.FLOAT) {
      float[] data = new float[count];
      for (int i = 0; i < count; i++) {
        data[i] = (float) values.getAsDouble();
      }
      return Nd4j.create(data, shape, 'c');
    }
    double[] data = new double[count];
    for (int i = 0; i < count; i++) {
      data[i] = values.getAsDouble();
    }
    return Nd4j.create(data, shape, 'c').castTo(type);
  }
}
