package dev.mto.models;

import org.nd4j.autodiff.samediff.SDVariable;

/** Cuts images into patches and embeds each: a convolution whose stride is its kernel. */
final class PatchEmbedding {
  private final VitConfig config;
  private final Rows rows;
  private final SDVariable weight;
  private final SDVariable bias;

  PatchEmbedding(
      Rows rows, VitConfig config, Parameters parameters, String name, Initializer init) {
    this.config = config;
    this.rows = rows;
    int side = config.patch();
    this.weight =
        parameters.declare(
            name + ".proj.weight", init, config.dim(), config.channels(), side, side);
    this.bias = parameters.declare(name + ".proj.bias", Initializer.zeros(), config.dim());
  }

  /** Patches [B*N, C*P*P] to tokens [B, N, D]. */
  SDVariable embed(SDVariable patches) {
    SDVariable kernel = weight.reshape(config.dim(), config.patchValues());
    return new Linear(kernel, bias)
        .apply(patches, rows.column(patches))
        .reshape(-1, config.patches(), config.dim());
  }

  /** Images [B, C, H, W] to patches [B*N, C*P*P]. */
  SDVariable patches(SDVariable images) {
    int side = config.patch();
    return images
        // (B, C, H, W) -> (B, C, h, P, w, P)
        .reshape(-1, config.channels(), config.gridHeight(), side, config.gridWidth(), side)
        // -> (B, h, w, C, P, P)
        .permute(0, 2, 4, 1, 3, 5)
        // -> (B*N, C*P*P)
        .reshape(-1, config.patchValues());
  }
}
