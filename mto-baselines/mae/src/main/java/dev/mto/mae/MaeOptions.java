package dev.mto.mae;

import dev.mto.engine.config.Setting;
import dev.mto.models.Block;
import dev.mto.models.Initializer;

/** What only MAE has, under {@code options} of a configuration. */
public record MaeOptions(
    @Setting(value = "Width of the decoder's tokens.", unit = "numbers", range = "a multiple of 4")
        int decoderDim,
    @Setting(value = "Blocks of the decoder.", unit = "blocks", range = "at least 1")
        int decoderDepth,
    @Setting(
            value = "Attention heads of a decoder block.",
            unit = "heads",
            range = "a divisor of options.decoder_dim")
        int decoderHeads,
    @Setting("Whether the target is each patch normalised by its own mean and deviation.")
        boolean normPix) {
  /** Checks the sizes. */
  public MaeOptions {
    if (decoderDim < 4 || decoderDim % 4 != 0) {
      throw new IllegalArgumentException(
          "options.decoder_dim: " + decoderDim + " must be a multiple of 4, e.g. 512");
    }
    if (decoderDepth < 1) {
      throw new IllegalArgumentException(
          "options.decoder_depth: " + decoderDepth + " must be at least 1, e.g. 8");
    }
    if (decoderHeads < 1 || decoderDim % decoderHeads != 0) {
      throw new IllegalArgumentException(
          "options.decoder_heads: "
              + decoderHeads
              + " must divide options.decoder_dim, "
              + decoderDim);
    }
  }

  /** A block of the decoder. */
  Block.Config block(double mlpRatio, Initializer weights) {
    int hidden = (int) Math.round(decoderDim * mlpRatio);
    return new Block.Config(decoderDim, decoderHeads, hidden, true, 0, Block.Weights.all(weights));
  }
}
