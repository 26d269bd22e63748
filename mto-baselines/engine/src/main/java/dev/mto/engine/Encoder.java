package dev.mto.engine;

import dev.mto.models.EncoderOutput;
import dev.mto.models.Parameters;
import dev.mto.models.RelativePositions;
import dev.mto.models.VisionTransformer;
import dev.mto.models.VitConfig;
import java.util.List;
import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.autodiff.samediff.SameDiff;

/**
 * An encoder alone, as it is used once pre-training is over: every token visible.
 *
 * @param images placeholder {@code images} [B, C, H, W] of normalised pixels
 * @param dropPath placeholder [2*depth, B], see {@link dev.mto.models.DropPath}, or null where
 *     nothing is dropped
 * @param blocks output of every block [B, 1+N, D], before the final norm, the class token first
 * @param tokens all tokens [B, 1+N, D] after the final norm, the class token first
 * @param features the patch tokens of {@code tokens} [B, N, D]
 */
public record Encoder(
    SDVariable images,
    SDVariable dropPath,
    List<SDVariable> blocks,
    SDVariable tokens,
    SDVariable features) {
  /** Copies the list. */
  public Encoder {
    blocks = List.copyOf(blocks);
  }

  /**
   * Builds SimMIM's Vision Transformer, with a placeholder {@code images}.
   *
   * @param prefix start of every parameter name, e.g. {@code "encoder."}
   */
  public static Encoder visionTransformer(
      SameDiff graph, VitConfig vit, Parameters parameters, String prefix, EncoderUse use) {
    SDVariable images =
        graph.placeHolder(
            "images", parameters.type(), -1, vit.channels(), vit.imageHeight(), vit.imageWidth());
    SDVariable dropPath = use.dropPathInput(graph, parameters.type(), vit.depth());
    VisionTransformer encoder =
        new VisionTransformer(
            graph,
            vit,
            parameters,
            prefix,
            use.fineTuned() ? RelativePositions.EACH_BLOCK : RelativePositions.SHARED);
    EncoderOutput encoded = encoder.encode(encoder.patchEmbedding(images), dropPath);
    return new Encoder(images, dropPath, encoded.blocks(), encoded.tokens(), encoded.patches());
  }
}
