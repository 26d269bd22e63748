package dev.mto.executor.plan;

import org.nd4j.autodiff.samediff.internal.SameDiffOp;
import org.nd4j.linalg.api.ops.CustomOp;

/**
 * Which sides of a matrix product are transposed.
 *
 * @param left the left factor
 * @param right the right factor
 */
record Transposition(boolean left, boolean right) {
  /**
   * That of a matmul operation.
   *
   * @throws UnsupportedGraphException when its result is transposed
   */
  static Transposition of(SameDiffOp op) {
    long[] transposed = ((CustomOp) op.getOp()).iArgs();
    if (transposed.length > 2 && transposed[2] != 0) {
      throw new UnsupportedGraphException("a transposed matrix product");
    }
    return new Transposition(
        transposed.length > 0 && transposed[0] != 0, transposed.length > 1 && transposed[1] != 0);
  }
}
