package dev.mto.models;

import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.autodiff.samediff.SameDiff;

/** The learned token that stands in for every masked patch. */
public final class MaskToken {
  private final VitConfig config;
  private final Rows rows;
  private final SDVariable token;

  /** Declares the token [1, 1, D] under {@code name}. */
  public MaskToken(SameDiff graph, VitConfig config, Parameters parameters, String name) {
    this.config = config;
    this.rows = new Rows(graph, parameters.type());
    this.token = parameters.declare(name, config.firstWeights(), 1, 1, config.dim());
  }

  /**
   * Patch tokens with the masked ones replaced: x·(1 - m) + token·m.
   *
   * @param patchTokens x [B, N, D]
   * @param mask m [B, N], 1 = masked
   */
  public SDVariable replaceMasked(SDVariable patchTokens, SDVariable mask) {
    SDVariable masked = mask.reshape(-1, 1);
    SDVariable visible = masked.rsub(1).mmul(rows.ones(config.dim()));
    return patchTokens.mul(tokens(visible)).add(tokens(Rows.outer(masked, token)));
  }

  private SDVariable tokens(SDVariable values) {
    return values.reshape(-1, config.patches(), config.dim());
  }
}
