package dev.mto.models;

import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.autodiff.samediff.SameDiff;

/** The exact Gaussian error linear unit, x/2·(1 + erf(x/√2)); ND4J's own is an approximation. */
final class Gelu {
  private Gelu() {}

  /** Applies it to each element; the operations are named after {@code name}. */
  static SDVariable apply(SameDiff graph, String name, SDVariable x) {
    return Scope.named(
        graph,
        name + ".gelu",
        () -> x.mul(0.5).mul(graph.math().erf(x.mul(Math.sqrt(0.5))).add(1)));
  }
}
