package dev.mto.models;

import org.nd4j.autodiff.samediff.SDVariable;

/**
 * A linear layer: rows [R, I] to [R, O] by x·Wᵀ + b, with the weight of the checkpoint.
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

  /** Applies the layer to {@code x} [R, I]; {@code ones} is [R, 1]. */
  public SDVariable apply(SDVariable x, SDVariable ones) {
    SDVariable product = Rows.timesTransposed(x, weight);
    return bias == null ? product : product.add(Rows.outer(ones, bias));
  }
}
