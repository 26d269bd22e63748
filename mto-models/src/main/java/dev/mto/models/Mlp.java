package dev.mto.models;

import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.autodiff.samediff.SameDiff;

/** Two linear layers with a GELU between them. */
final class Mlp {
  private final SameDiff graph;
  private final String name;
  private final Linear in;
  private final Linear out;

  Mlp(
      SameDiff graph,
      BlockConfig config,
      BlockWeights weights,
      Parameters parameters,
      String name) {
    this.graph = graph;
    this.name = name;
    this.in =
        Linear.declare(parameters, name + ".fc1", weights.fc1(), config.hidden(), config.dim());
    this.out =
        Linear.declare(parameters, name + ".fc2", weights.fc2(), config.dim(), config.hidden());
  }

  /** Tokens [R, D] to tokens [R, D]; {@code ones} is [R, 1]. */
  SDVariable apply(SDVariable x, SDVariable ones) {
    return out.apply(Gelu.apply(graph, name, in.apply(x, ones)), ones);
  }
}
