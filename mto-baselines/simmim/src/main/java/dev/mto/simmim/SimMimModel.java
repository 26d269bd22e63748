package dev.mto.simmim;

import dev.mto.models.EncoderOutput;
import dev.mto.models.MaskToken;
import dev.mto.models.Parameters;
import dev.mto.models.SimMimHead;
import dev.mto.models.VisionTransformer;
import dev.mto.models.VitConfig;
import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.autodiff.samediff.SameDiff;
import org.nd4j.linalg.api.buffer.DataType;

/**
 * SimMIM with a Vision Transformer (Xie et al., "SimMIM: a Simple Framework for Masked Image
 * Modeling", CVPR 2022): masked patches become one learned token, the encoder sees all tokens, and
 * a linear head predicts the raw pixels of the masked patches.
 */
public final class SimMimModel {
  static final String ENCODER = "encoder.";
  private static final String DECODER = "decoder.";
  private static final String MASK_TOKEN = ENCODER + "mask_token";

  /** Keeps the loss finite when nothing is masked. */
  private static final double EPSILON = 1e-5;

  private SimMimModel() {}

  /**
   * Builds the graph. Its placeholders are {@code images}, {@code mask} and, when the model has
   * stochastic depth, {@code dropPath}; its loss is named {@code loss.ss}.
   */
  public static SimMimGraph build(SameDiff graph, VitConfig config, Parameters parameters) {
    DataType type = parameters.type();
    SDVariable images = images(graph, config, type);
    SDVariable mask = graph.placeHolder("mask", type, -1, config.patches());
    SDVariable dropPath =
        config.dropPath() == 0
            ? null
            : graph.placeHolder("dropPath", type, 2L * config.depth(), -1);

    VisionTransformer encoder = new VisionTransformer(graph, config, parameters, ENCODER);
    SimMimHead head = new SimMimHead(graph, config, parameters, DECODER);
    MaskToken maskToken = new MaskToken(graph, config, parameters, MASK_TOKEN);

    SDVariable patches = encoder.patches(images);
    SDVariable tokens = maskToken.replaceMasked(encoder.embedPatches(patches), mask);
    EncoderOutput encoded = encoder.encode(tokens, dropPath);
    SDVariable predicted = head.predict(encoded.patches());
    SDVariable loss = maskedL1(graph, patches, predicted, mask, config);
    return new SimMimGraph(
        images,
        mask,
        dropPath,
        head.toImage(predicted),
        loss,
        encoded.trace().patchTokens(),
        encoded.patches());
  }

  private static SDVariable images(SameDiff graph, VitConfig config, DataType type) {
    return graph.placeHolder(
        "images", type, -1, config.channels(), config.imageHeight(), config.imageWidth());
  }

  /**
   * The mean absolute error over the masked pixels of the whole batch and all channels.
   *
   * @param patches the pixels of every patch [B*N, C*P*P]
   * @param predicted the same, predicted
   */
  private static SDVariable maskedL1(
      SameDiff graph, SDVariable patches, SDVariable predicted, SDVariable mask, VitConfig config) {
    SDVariable errors = graph.math().abs(patches.sub(predicted));
    // a patch's error weighs by the mask: (1, B*N) x (B*N, C*P*P), added up
    SDVariable masked = mask.reshape(1, -1).mmul(errors).sum();
    SDVariable pixels = mask.sum().mul(config.patch() * config.patch()).add(EPSILON);
    return masked.div(pixels).div(config.channels()).rename("loss.ss");
  }
}
