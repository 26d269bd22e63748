package dev.mto.models;

import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.autodiff.samediff.SameDiff;

/** Cuts images into patches and embeds each: a convolution whose stride is its kernel. */
public final class PatchEmbedding {
  private final VitConfig config;
  private final Rows rows;
  private final Patches patches;
  private final SDVariable weight;
  private final SDVariable bias;

  /** Declares {@code name.proj.weight} [D, C, P, P] and {@code name.proj.bias} [D]. */
  public PatchEmbedding(
      SameDiff graph,
      VitConfig config,
      Parameters parameters,
      String name,
      Initializer weight,
      Initializer bias) {
    this.config = config;
    this.rows = new Rows(graph, parameters.type());
    this.patches = new Patches(config);
    int side = config.patch();
    this.weight =
        parameters.declare(
            name + ".proj.weight", weight, config.dim(), config.channels(), side, side);
    this.bias = parameters.declare(name + ".proj.bias", bias, config.dim());
  }

  /** Patches [B*N, C*P*P] to tokens [B, N, D]. */
  public SDVariable embed(SDVariable patches) {
    SDVariable kernel = weight.reshape(config.dim(), config.patchValues());
    return new Linear(kernel, bias)
        .apply(patches, rows.column(patches))
        .reshape(-1, config.patches(), config.dim());
  }

  /** Images [B, C, H, W] to patches [B*N, C*P*P]. */
  public SDVariable patches(SDVariable images) {
    return patches.split(images);
  }
}
