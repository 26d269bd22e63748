package dev.mto.models;

import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.autodiff.samediff.SameDiff;

/** The learned token that goes before the patch tokens of every image. */
public final class ClassToken {
  private final SameDiff graph;
  private final Rows rows;
  private final int dim;
  private final SDVariable token;

  /** Declares the token [1, 1, D] under {@code name}. */
  public ClassToken(
      SameDiff graph, Parameters parameters, String name, Initializer initializer, int dim) {
    this.graph = graph;
    this.rows = new Rows(graph, parameters.type());
    this.dim = dim;
    this.token = parameters.declare(name, initializer, 1, 1, dim);
  }

  /** Tokens [B, T, D] to [B, 1+T, D], the class token first. */
  public SDVariable prepend(SDVariable tokens) {
    SDVariable first = Rows.outer(rows.column(tokens), token).reshape(-1, 1, dim);
    return graph.concat(1, first, tokens);
  }

  /** Tokens [B, 1+T, D] to the class tokens [B, 1, D]. */
  public static SDVariable of(SDVariable tokens, int dim) {
    return part(tokens, 0, 1, dim);
  }

  /**
   * Tokens [B, 1+T, D] to [B, T, D], without the class token.
   *
   * @param patches T
   */
  public static SDVariable drop(SDVariable tokens, int patches, int dim) {
    return part(tokens, 1, 1 + patches, dim);
  }

  private static SDVariable part(SDVariable tokens, long from, long to, int dim) {
    long[] begin = {0, from, 0};
    long[] end = {0, to, dim};
    // the first dimension, the images, whole
    return tokens
        .getSameDiff()
        .stridedSlice(tokens, begin, end, new long[] {1, 1, 1}, 1, 1, 0, 0, 0);
  }
}
