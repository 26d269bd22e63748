package dev.mto.executor.kernels;

/** How the operands of linear layers and of attention are multiplied; sums are float32 with all. */
public enum Products {
  /** As they are. */
  FLOAT32,
  /** Kept as float32, and rounded to 10 bits after the point by a GPU that multiplies them. */
  TF32,
  /** Kept as bfloat16 where only products read them, or else rounded to it. */
  BFLOAT16
}
