package dev.mto.models;

import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.autodiff.samediff.SameDiff;

/** SimMIM's prediction head: a linear layer from each token to the pixels of its patch. */
public final class SimMimHead {
  private final VitConfig config;
  private final Rows rows;
  private final SDVariable weight;
  private final SDVariable bias;

  /**
   * Declares the head's parameters: a 1x1 convolution with PyTorch's initial values.
   *
   * @param prefix start of every parameter name, e.g. {@code "decoder."}
   */
  public SimMimHead(SameDiff graph, VitConfig config, Parameters parameters, String prefix) {
    this.config = config;
    this.rows = new Rows(graph, parameters.type());
    int dim = config.dim();
    long pixels = config.patchValues();
    this.weight =
        parameters.declare(prefix + "0.weight", Initializer.kaimingUniform(), pixels, dim, 1, 1);
    this.bias =
        parameters.declare(prefix + "0.bias", Initializer.uniform(1 / Math.sqrt(dim)), pixels);
  }

  /** Patch tokens [B, N, D] to the pixels of their patches [B*N, C*P*P], channel by channel. */
  public SDVariable predict(SDVariable patchTokens) {
    SDVariable tokens = patchTokens.reshape(-1, config.dim());
    Linear convolution = new Linear(weight.reshape(config.patchValues(), config.dim()), bias);
    return convolution.apply(tokens, rows.column(tokens));
  }

  /** PixelShuffle: pixels of patches [B*N, C*P*P] to images [B, C, H, W]. */
  public SDVariable toImage(SDVariable patches) {
    return new Patches(config).join(patches);
  }
}
