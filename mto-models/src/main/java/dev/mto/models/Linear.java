package dev.mto.models;

import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.autodiff.samediff.SameDiff;
import org.nd4j.linalg.factory.Nd4j;

/**
 * A linear layer: x·Wᵀ + b over the last dimension, with the weight of the checkpoint.
 *
 * @param weight [O, I]
 * @param bias [O], or null for none
 */
public record Linear(SDVariable weight, SDVariable bias) {
  /** A linear layer with a zero bias, whose two parameters are named after {@code name}. */
  public static Linear declare(
      Parameters parameters, String name, Initializer weight, long outputs, long inputs) {
    return new Linear(
        parameters.declare(name + ".weight", weight, outputs, inputs),
        parameters.declare(name + ".bias", Initializer.zeros(), outputs));
  }

  /** Rows [R, I] to [R, O]. */
  public SDVariable rows(SDVariable x) {
    SDVariable product = timesTransposed(x, weight);
    return bias == null ? product : product.add(bias);
  }

  /** Tokens [B, T, I] to [B, T, O]; ND4J multiplies no tensor of rank 3 by a matrix. */
  public SDVariable apply(SDVariable x) {
    return reshape(rows(x.reshape(-1, weight.getShape()[1])), x, 1, weight.getShape()[0]);
  }

  /**
   * {@code values} in the leading dimensions of {@code like}, whatever they are in a run, and given
   * last ones.
   *
   * @param replaced how many last dimensions of {@code like} are not taken
   */
  static SDVariable reshape(SDVariable values, SDVariable like, int replaced, long... last) {
    SameDiff graph = values.getSameDiff();
    SDVariable leading =
        graph.stridedSlice(like.shape(), new long[] {0}, new long[] {-replaced}, 1L);
    return graph.reshape(
        values, graph.concat(0, leading, graph.constant(Nd4j.createFromArray(last))));
  }

  /** a·bᵀ of two matrices or of two batches of them. */
  public static SDVariable timesTransposed(SDVariable a, SDVariable b) {
    return a.getSameDiff().mmul(a, b, false, true, false);
  }
}
