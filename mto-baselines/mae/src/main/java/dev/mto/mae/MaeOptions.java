package dev.mto.mae;

import dev.mto.models.Block;
import dev.mto.models.Initializer;

/**
 * What only MAE has, under {@code options} of a configuration.
 *
 * @param decoderDim width of the decoder's tokens, a multiple of 4
 * @param decoderDepth blocks of the decoder
 * @param decoderHeads attention heads of a decoder block; they divide {@code decoderDim}
 * @param normPix whether the target is each patch normalised by its own mean and deviation
 */
public record MaeOptions(int decoderDim, int decoderDepth, int decoderHeads, boolean normPix) {
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
