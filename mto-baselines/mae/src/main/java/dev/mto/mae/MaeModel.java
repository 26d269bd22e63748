package dev.mto.mae;

import dev.mto.engine.Encoder;
import dev.mto.engine.EncoderUse;
import dev.mto.models.ClassToken;
import dev.mto.models.Parameters;
import dev.mto.models.PatchStatistics;
import dev.mto.models.Patches;
import dev.mto.models.VisibleTokens;
import dev.mto.models.VitConfig;
import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.autodiff.samediff.SameDiff;

/**
 * MAE (He et al., "Masked Autoencoders Are Scalable Vision Learners", CVPR 2022): the encoder sees
 * the visible patches alone, a narrow decoder gets mask tokens for the others and predicts their
 * pixels.
 */
public final class MaeModel {
  private MaeModel() {}

  /**
   * Builds the graph. Its placeholders are {@code images}, {@code mask} and {@code selection}; its
   * loss is named {@code loss.ss}.
   *
   * @param visible V, visible patches of every image
   */
  public static MaeGraph build(
      SameDiff graph, VitConfig vit, MaeOptions options, int visible, Parameters parameters) {
    SDVariable images = images(graph, vit, parameters);
    SDVariable mask = graph.placeHolder("mask", parameters.type(), -1, vit.patches());
    SDVariable selection =
        graph.placeHolder("selection", parameters.type(), -1, visible, vit.patches());

    MaeEncoder encoder = new MaeEncoder(graph, vit, parameters, EncoderUse.frozen());
    MaeDecoder decoder = new MaeDecoder(graph, vit, options, parameters);
    Patches patches = new Patches(vit);

    SDVariable embedded = encoder.embed(images);
    SDVariable latent = encoder.encode(VisibleTokens.select(selection, embedded), visible);
    MaeDecoder.Output decoded = decoder.decode(latent, selection, visible, mask);

    SDVariable pixels = patches.splitChannelLast(images);
    PatchStatistics statistics = PatchStatistics.ofPatches(graph, vit, parameters.type());
    PatchStatistics.Values original = statistics.of(pixels);
    SDVariable target = options.normPix() ? statistics.normalise(pixels, original) : pixels;
    SDVariable loss = maskedSquaredError(target, decoded.pixels(), mask, vit);

    SDVariable picture = patches.joinChannelLast(decoded.pixels());
    SDVariable originalStatistics = null;
    if (options.normPix()) {
      picture =
          patches.joinChannelLast(
              statistics.denormalise(decoded.pixels(), statistics.fromVisible(original, mask)));
      originalStatistics =
          patches.joinChannelLast(statistics.denormalise(decoded.pixels(), original));
    }
    SDVariable all = encoder.encode(embedded, vit.patches());
    return new MaeGraph(
        images,
        mask,
        selection,
        latent,
        target,
        decoded.pixels(),
        loss,
        decoded.beforePosition(),
        decoded.layers(),
        ClassToken.drop(all, vit.patches(), vit.dim()),
        picture,
        originalStatistics);
  }

  /** Builds the encoder alone, every patch visible. */
  static Encoder encoder(SameDiff graph, VitConfig vit, Parameters parameters, EncoderUse use) {
    return new MaeEncoder(graph, vit, parameters, use)
        .encode(
            images(graph, vit, parameters),
            use.dropPathInput(graph, parameters.type(), vit.depth()));
  }

  private static SDVariable images(SameDiff graph, VitConfig vit, Parameters parameters) {
    return graph.placeHolder(
        "images", parameters.type(), -1, vit.channels(), vit.imageHeight(), vit.imageWidth());
  }

  /**
   * The mean squared error of the masked patches of the whole batch.
   *
   * @param target [B*N, P*P*C]
   * @param predicted the same
   */
  private static SDVariable maskedSquaredError(
      SDVariable target, SDVariable predicted, SDVariable mask, VitConfig vit) {
    SDVariable errors = predicted.sub(target);
    // a patch's error weighs by the mask: (1, B*N) x (B*N, P*P*C), added up
    SDVariable masked = mask.reshape(1, -1).mmul(errors.mul(errors)).sum();
    return masked.div(vit.patchValues()).div(mask.sum()).rename("loss.ss");
  }
}
