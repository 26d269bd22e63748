package dev.mto.executor.kernels;

/** A function of two elements. */
public enum Binary {
  /** a + b. */
  ADD,
  /** a - b. */
  SUBTRACT,
  /** a·b. */
  MULTIPLY,
  /** a / b. */
  DIVIDE
}
