package dev.mto.conmim;

import dev.mto.models.ClassToken;
import dev.mto.models.EncoderOutput;
import dev.mto.models.Initializer;
import dev.mto.models.MaskToken;
import dev.mto.models.Parameters;
import dev.mto.models.VisionTransformer;
import dev.mto.models.VitConfig;
import java.util.List;
import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.autodiff.samediff.SameDiff;

/** Encoder and projector: the student, and once more the teacher. */
final class Network {
  private final VitConfig vit;
  private final int features;
  private final VisionTransformer encoder;
  private final MaskToken maskToken;
  private final Projector projector;

  /**
   * Declares all parameters under their official names.
   *
   * @param prefix put before them in the graph by {@code parameters}
   */
  Network(
      SameDiff graph, VitConfig vit, ConMimOptions options, Parameters parameters, String prefix) {
    this.vit = vit;
    this.features = options.projectorDim();
    this.encoder = new VisionTransformer(graph, vit, parameters, "");
    this.maskToken = new MaskToken(graph, vit, parameters, "mask_token");
    this.projector = new Projector(graph, parameters, prefix, options, vit);
    if (options.lmHead() > 0) {
      declareUnusedHead(parameters, options.lmHead());
    }
  }

  /** BEiT's head over a vocabulary: the official model saves it and never applies it. */
  private void declareUnusedHead(Parameters parameters, int vocabulary) {
    parameters.declare("lm_head.weight", vit.firstWeights(), vocabulary, vit.dim());
    parameters.declare("lm_head.bias", Initializer.zeros(), vocabulary);
  }

  /**
   * What becomes of a batch of images.
   *
   * @param tokens h⁰ … hᴸ, each [B, N, D]
   * @param encoded patch tokens after the final norm [B, N, D]
   * @param projected projector output of the patch tokens [B, N, F]
   * @param statistics of the projector's batch normalisations
   */
  record Output(
      List<SDVariable> tokens,
      SDVariable encoded,
      SDVariable projected,
      List<BatchStatistics> statistics) {}

  /** Images [B, C, H, W] to the pixels of their patches [B*N, C*P*P]. */
  SDVariable patches(SDVariable images) {
    return encoder.patches(images);
  }

  /** Sees every patch of [B*N, C*P*P]. */
  Output see(SDVariable patches) {
    return project(encoder.embedPatches(patches));
  }

  /** Sees the patches where {@code mask} [B, N] is 0 and the mask token where it is 1. */
  Output seeMasked(SDVariable patches, SDVariable mask) {
    return project(maskToken.replaceMasked(encoder.embedPatches(patches), mask));
  }

  private Output project(SDVariable tokens) {
    EncoderOutput encoded = encoder.encode(tokens, null);
    Projector.Projected all = projector.apply(encoded.tokens().reshape(-1, vit.dim()));
    // (B*(1+N), F) -> (B, 1+N, F) -> (B, N, F)
    SDVariable projected =
        ClassToken.drop(
            all.rows().reshape(-1, 1 + vit.patches(), features), vit.patches(), features);
    return new Output(
        encoded.trace().patchTokens(), encoded.patches(), projected, all.statistics());
  }
}
