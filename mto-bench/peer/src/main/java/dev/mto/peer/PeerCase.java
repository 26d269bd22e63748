package dev.mto.peer;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Set;

/**
 * What is trained and how; sizes that the weights' shapes tell are not repeated here.
 *
 * @param method {@code simmim} or {@code mae}
 * @param image side of the square image in pixels (S)
 * @param patch side of a patch in pixels (P)
 * @param heads attention heads of an encoder block (H)
 * @param decoderHeads attention heads of a decoder block; 0 without decoder
 * @param normPix whether MAE's target is each patch normalised by its own mean and deviation
 * @param initialAfterPosition whether layer 0 of Masked Token Optimization has its positions added
 * @param sparsityWeight weight of L_spa
 * @param heterogeneityWeight weight of L_e
 * @param rankingWeight weight of L_r
 * @param learningRate constant learning rate
 * @param beta1 of AdamW
 * @param beta2 of AdamW
 * @param adamEpsilon of AdamW
 * @param weightDecay of AdamW
 * @param clip largest global norm of the gradients; 0 = no clipping
 * @param bfloat16 whether the operands of linear layers and of attention are bfloat16, by {@link
 *     Autocast}; float32 otherwise
 */
record PeerCase(
    String method,
    int image,
    int patch,
    int heads,
    int decoderHeads,
    boolean normPix,
    boolean initialAfterPosition,
    double sparsityWeight,
    double heterogeneityWeight,
    double rankingWeight,
    double learningRate,
    double beta1,
    double beta2,
    double adamEpsilon,
    double weightDecay,
    double clip,
    boolean bfloat16) {

  private static final Set<String> METHODS = Set.of("simmim", "mae");

  PeerCase {
    if (!METHODS.contains(method)) {
      throw new IllegalArgumentException("method " + method + ": must be simmim or mae");
    }
    if (patch < 1 || image < patch || image % patch != 0) {
      throw new IllegalArgumentException(
          "image " + image + ": must be a positive multiple of the patch, " + patch);
    }
    if (heads < 1) {
      throw new IllegalArgumentException("heads " + heads + ": must be at least 1");
    }
    if (method.equals("mae") && decoderHeads < 1) {
      throw new IllegalArgumentException(
          "decoderHeads " + decoderHeads + ": MAE's decoder needs at least 1");
    }
  }

  static PeerCase read(Path file) throws IOException {
    return new ObjectMapper().readValue(file.toFile(), PeerCase.class);
  }

  Model model(Weights weights) {
    int window = image / patch;
    return method.equals("mae")
        ? new MaeModel(window, patch, heads, decoderHeads, normPix, weights)
        : new SimMimModel(window, patch, heads, weights);
  }
}
