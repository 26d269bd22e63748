package dev.mto.engine.onnx;

import dev.mto.engine.errors.UserException;

/**
 * The extent of a dimension: a number, or a multiple of the batch, which each run of a model
 * decides on.
 *
 * @param factor the number, or how many times the batch
 * @param ofBatch whether it is a multiple of the batch
 */
record Extent(long factor, boolean ofBatch) {
  static final Extent ONE = of(1);
  static final Extent BATCH = new Extent(1, true);

  static Extent of(long number) {
    return new Extent(number, false);
  }

  Extent times(Extent other) {
    if (ofBatch && other.ofBatch) {
      throw new UserException("ONNX: the square of the batch is no extent that can be exported");
    }
    return new Extent(Math.multiplyExact(factor, other.factor), ofBatch || other.ofBatch);
  }

  /** This divided by one that divides it. */
  Extent over(Extent other) {
    if ((other.ofBatch && !ofBatch) || other.factor == 0 || factor % other.factor != 0) {
      throw new UserException("ONNX: an extent of " + this + " is not divisible by " + other);
    }
    return new Extent(factor / other.factor, ofBatch && !other.ofBatch);
  }

  @Override
  public String toString() {
    return ofBatch ? (factor == 1 ? "batch" : factor + "*batch") : Long.toString(factor);
  }
}
