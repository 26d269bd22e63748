package dev.mto.conmim;

import dev.mto.models.EncoderOutput;
import dev.mto.models.Initializer;
import dev.mto.models.Parameters;
import dev.mto.models.Tokens;
import dev.mto.models.VisionTransformer;
import dev.mto.models.VitConfig;
import java.util.List;
import org.nd4j.autodiff.samediff.SDVariable;

/** Encoder and projector: the student, and once more the teacher. */
final class Network {
  private final VitConfig vit;
  private final int features;
  private final VisionTransformer encoder;
  private final SDVariable maskToken;
  private final Projector projector;

  /**
   * Declares all parameters under their official names.
   *
   * @param prefix put before them in the graph by {@code parameters}
   */
  Network(VitConfig vit, ConMimOptions options, Parameters parameters, String prefix) {
    this.vit = vit;
    this.features = options.projectorDim();
    this.encoder =
        new VisionTransformer(vit, VisionTransformer.Options.beit(vit, false), parameters, "");
    this.maskToken = parameters.declare("mask_token", vit.firstWeights(), 1, 1, vit.dim());
    this.projector = new Projector(parameters, prefix, options, vit);
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
   * @param encoded by the encoder
   * @param projected projector output of the patch tokens [B, N, F]
   * @param statistics of the projector's batch normalisations
   */
  record Output(EncoderOutput encoded, SDVariable projected, List<BatchStatistics> statistics) {}

  /** Sees every patch of [B*N, C*P*P]. */
  Output see(SDVariable patches) {
    return project(encoder.embed(patches));
  }

  /** Sees the patches where {@code mask} [B, N] is 0 and the mask token where it is 1. */
  Output seeMasked(SDVariable patches, SDVariable mask) {
    return project(Tokens.replaceMasked(encoder.embed(patches), mask, maskToken));
  }

  private Output project(SDVariable tokens) {
    EncoderOutput encoded = encoder.encode(tokens);
    Projector.Projected all = projector.apply(encoded.tokens().reshape(-1, vit.dim()));
    SDVariable projected = all.rows().reshape(-1, 1 + vit.patches(), features);
    return new Output(encoded, Tokens.patches(projected), all.statistics());
  }
}
