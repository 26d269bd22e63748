package dev.mto.losses;

import org.nd4j.autodiff.samediff.SDVariable;

/** L_e (equation 6): {@code 1/(H⁰ + ε)}, least when the initial masked tokens are most distinct. */
public final class HeterogeneityLoss {

  private HeterogeneityLoss() {}

  /**
   * Adds the loss of each image.
   *
   * @param initial H of layer 0 in nats, {@code [batch]}
   * @param epsilon ε in nats
   * @return {@code [batch]}
   */
  public static SDVariable perImage(SDVariable initial, double epsilon) {
    return initial.add(epsilon).rdiv(1.0);
  }

  /** Size of the derivative {@code dL_e/dH⁰ = -1/(H⁰ + ε)²} of each image; {@code [batch]}. */
  static SDVariable slope(SDVariable perImage) {
    return perImage.mul(perImage);
  }
}
