package dev.mto.executor.plan;

import dev.mto.executor.kernels.ElementType;
import dev.mto.executor.kernels.Tensor;
import java.util.Arrays;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * A tensor of a program, in c order. It is computed by an operation, or given from outside, or
 * another value looked at in another shape, or the repetition of a smaller one, which takes no
 * memory.
 */
final class Value {
  private final long[] shape;
  private final Kind kind;
  private final Value base;
  private final long offset;
  private final INDArray array;
  private final double element;
  private ElementType type;

  private enum Kind {
    COMPUTED,
    FED,
    STORED,
    CONSTANT,
    VIEW,
    REPEATED,
    UNIFORM
  }

  private Value(Kind kind, long[] shape, Value base, long offset, INDArray array, double element) {
    this(kind, base == null ? ElementType.FLOAT32 : base.type, shape, base, offset, array, element);
  }

  private Value(
      Kind kind,
      ElementType type,
      long[] shape,
      Value base,
      long offset,
      INDArray array,
      double element) {
    this.kind = kind;
    this.type = type;
    this.shape = shape;
    this.base = base;
    this.offset = offset;
    this.array = array;
    this.element = element;
  }

  /** The float32 result of an operation. */
  static Value computed(long... shape) {
    return computed(ElementType.FLOAT32, shape);
  }

  /** The result of an operation. */
  static Value computed(ElementType type, long... shape) {
    return new Value(Kind.COMPUTED, type, shape, null, 0, null, Double.NaN);
  }

  /** A placeholder, given before each run. */
  static Value fed(long... shape) {
    return new Value(Kind.FED, shape, null, 0, null, Double.NaN);
  }

  /** A constant, which stays where and what it is. */
  static Value constant(INDArray array) {
    return new Value(Kind.CONSTANT, array.shape(), null, 0, array, Double.NaN);
  }

  /** A variable, which stays where it is. */
  static Value stored(INDArray array) {
    return new Value(Kind.STORED, array.shape(), null, 0, array, Double.NaN);
  }

  /** A value all of whose elements are {@code element}. */
  static Value uniform(double element, long... shape) {
    return new Value(Kind.UNIFORM, shape, null, 0, null, element);
  }

  /** Elements of {@code base} from {@code offset} on. */
  static Value view(Value base, long offset, long... shape) {
    return base.kind == Kind.VIEW
        ? new Value(Kind.VIEW, shape, base.base, base.offset + offset, null, Double.NaN)
        : new Value(Kind.VIEW, shape, base, offset, null, Double.NaN);
  }

  /** {@code base} of the same rank, repeated along its dimensions of extent 1. */
  static Value repeated(Value base, long... shape) {
    return new Value(Kind.REPEATED, shape, base, 0, null, Double.NaN);
  }

  long[] shape() {
    return shape;
  }

  /** What its elements are; those of a view are its owner's. */
  ElementType type() {
    return kind == Kind.VIEW ? base.type : type;
  }

  /** Keeps its elements, and those of its views, as bfloat16: decided before it has a place. */
  void narrow() {
    type = ElementType.BFLOAT16;
  }

  /** Bytes of its elements. */
  long bytes() {
    return length() * type().bytes();
  }

  int rank() {
    return shape.length;
  }

  long length() {
    return Tensor.length(shape);
  }

  /** Extent of a dimension, counted from the end where negative. */
  long extent(int dimension) {
    return shape[dimension < 0 ? shape.length + dimension : dimension];
  }

  boolean isRepeated() {
    return kind == Kind.REPEATED;
  }

  /** What a repeated value repeats. */
  Value source() {
    return base;
  }

  boolean isUniform() {
    return kind == Kind.UNIFORM;
  }

  boolean isUniform(double value) {
    return isUniform() && element == value;
  }

  double element() {
    return element;
  }

  /** The value whose memory this one is part of. */
  Value owner() {
    return kind == Kind.VIEW ? base : this;
  }

  /** First element in the memory of {@link #owner}. */
  long offset() {
    return kind == Kind.VIEW ? offset : 0;
  }

  /** First byte in the memory of {@link #owner}. */
  long byteOffset() {
    return offset() * type().bytes();
  }

  /** Whether it lives in the plan's own memory. */
  boolean isPlaced() {
    return kind == Kind.COMPUTED || kind == Kind.FED;
  }

  boolean isFed() {
    return kind == Kind.FED;
  }

  boolean isComputed() {
    return kind == Kind.COMPUTED;
  }

  boolean isConstant() {
    return kind == Kind.CONSTANT;
  }

  /** The array of a variable or constant; null for other values. */
  INDArray array() {
    return array;
  }

  boolean sameShape(Value other) {
    return Arrays.equals(shape, other.shape);
  }

  @Override
  public String toString() {
    return kind + " " + type() + Arrays.toString(shape);
  }
}
