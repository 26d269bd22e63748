package dev.mto.models;

import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.autodiff.samediff.SameDiff;
import org.nd4j.linalg.api.buffer.DataType;

/** Gives each branch of an encoder's blocks its factors of stochastic depth. */
public final class StochasticDepth {
  private final SDVariable[] factors;

  private StochasticDepth(SDVariable[] factors) {
    this.factors = factors;
  }

  /**
   * The factors of an encoder.
   *
   * @param dropPath factors [2*depth, B], see {@link DropPath}, or null to drop nothing
   * @param tokens T, tokens of each image
   */
  public static StochasticDepth of(
      SameDiff graph, DataType type, SDVariable dropPath, int depth, int tokens) {
    int branches = 2 * depth;
    if (dropPath == null) {
      return new StochasticDepth(new SDVariable[branches]);
    }
    SDVariable rows =
        dropPath
            // (2*depth, B) -> (2*depth*B, T) -> (2*depth, R, 1)
            .reshape(-1, 1)
            .mmul(new Rows(graph, type).ones(tokens))
            .reshape(branches, -1, 1);
    return new StochasticDepth(graph.unstack(rows, 0, branches));
  }

  /** Factor of the attention branch for each row [R, 1], or null for 1. */
  public SDVariable attention(int block) {
    return factors[2 * block];
  }

  /** Factor of the MLP branch for each row [R, 1], or null for 1. */
  public SDVariable mlp(int block) {
    return factors[2 * block + 1];
  }
}
