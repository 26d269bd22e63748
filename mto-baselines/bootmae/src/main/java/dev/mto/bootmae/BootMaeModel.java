package dev.mto.bootmae;

import dev.mto.engine.Encoder;
import dev.mto.engine.EncoderUse;
import dev.mto.models.ClassToken;
import dev.mto.models.Linear;
import dev.mto.models.Parameters;
import dev.mto.models.PatchStatistics;
import dev.mto.models.Patches;
import dev.mto.models.Rows;
import dev.mto.models.SinCosPositions;
import dev.mto.models.VisibleTokens;
import dev.mto.models.VitConfig;
import java.util.List;
import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.autodiff.samediff.SameDiff;

/**
 * BootMAE (Dong et al., "Bootstrapped Masked Autoencoders for Vision BERT Pretraining", ECCV 2022):
 * the encoder sees the visible patches alone. One decoder predicts the pixels of the others with
 * the help of an early block's output, the other with the last block's the features that a teacher,
 * a moving average of the model, finds in the whole image.
 */
public final class BootMaeModel {
  /** Begins the names of the teacher's parameters. */
  static final String TEACHER = "teacher.";

  private final SameDiff graph;
  private final VitConfig vit;
  private final BootMaeOptions options;
  private final Parameters parameters;
  private final int visible;

  private BootMaeModel(
      SameDiff graph, VitConfig vit, BootMaeOptions options, int visible, Parameters parameters) {
    this.graph = graph;
    this.vit = vit;
    this.options = options;
    this.visible = visible;
    this.parameters = parameters;
  }

  /**
   * Builds the graph. Its placeholders are {@code images}, {@code mask}, {@code selection} and
   * {@code featureWeight}; its losses are named {@code loss.ss}, {@code loss.pixel} and {@code
   * loss.feature}. The teacher's encoder has variables named {@code teacher.} and the official
   * name.
   *
   * @param visible V, visible patches of every image
   * @throws IllegalArgumentException when the options do not fit the encoder
   */
  public static BootMaeGraph build(
      SameDiff graph, VitConfig vit, BootMaeOptions options, int visible, Parameters parameters) {
    return new BootMaeModel(graph, vit, options, visible, parameters).build();
  }

  /** Builds the encoder alone, every patch visible. */
  static Encoder encoder(SameDiff graph, VitConfig vit, Parameters parameters, EncoderUse use) {
    return new BootMaeEncoder(graph, vit, parameters)
        .encode(
            images(graph, vit, parameters),
            use.dropPathInput(graph, parameters.type(), vit.depth()));
  }

  private BootMaeGraph build() {
    SDVariable images = images(graph, vit, parameters);
    SDVariable mask = graph.placeHolder("mask", parameters.type(), -1, vit.patches());
    SDVariable selection =
        graph.placeHolder("selection", parameters.type(), -1, visible, vit.patches());
    SDVariable featureWeight = graph.placeHolder("featureWeight", parameters.type());
    SDVariable lossWeights = options.weightMask() ? new MaskWeights(vit).of(graph, mask) : mask;
    WeightedError error = new WeightedError(mask, lossWeights);

    BootMaeEncoder encoder = new BootMaeEncoder(graph, vit, parameters);
    SDVariable embedded = encoder.embed(images);
    List<SDVariable> blocks = encoder.encode(VisibleTokens.select(selection, embedded), visible);
    SDVariable latent = encoder.norm(last(blocks));

    SDVariable early = blocks.get(options.pixelBlock(vit.depth()));
    SDVariable late = blocks.get(options.featureBlock(vit.depth()));
    SDVariable pixels = new Patches(vit).split(images);
    Branch pixel =
        pixelBranch(
            new BootMaeDecoder.Input(latent, early, selection, visible, mask), pixels, error);
    Branch feature =
        featureBranch(
            new BootMaeDecoder.Input(latent, late, selection, visible, mask),
            encoder.positions(),
            teacherFeatures(images),
            error);
    SDVariable loss = pixel.loss().add(feature.loss().mul(featureWeight)).rename("loss.ss");

    PatchStatistics statistics = PatchStatistics.ofChannels(graph, vit, parameters.type());
    PatchStatistics.Values original = statistics.of(pixels);
    return new BootMaeGraph(
        images,
        mask,
        selection,
        featureWeight,
        lossWeights,
        pixel,
        feature,
        loss,
        ClassToken.drop(everything(encoder, embedded, vit), vit.patches(), vit.dim()),
        picture(pixel, statistics, statistics.fromVisible(original, mask)),
        picture(pixel, statistics, original));
  }

  private Branch pixelBranch(BootMaeDecoder.Input input, SDVariable pixels, WeightedError error) {
    int dim = options.decoderDim();
    SDVariable positions =
        parameters.table(
            "de_pos_embed", SinCosPositions.rowFirst(vit.gridHeight(), vit.gridWidth(), dim));
    BootMaeDecoder decoder = decoder(BootMaeDecoder.Kind.PIXEL, dim, positions);
    PixelHead head = new PixelHead(graph, vit, dim, parameters);

    BootMaeDecoder.Output decoded = decoder.decode(input);
    SDVariable predicted = head.apply(decoded.last());
    PatchStatistics statistics = PatchStatistics.ofChannels(graph, vit, parameters.type());
    SDVariable target =
        statistics.normalise(pixels, statistics.of(pixels)).reshape(-1, vit.patchValues());
    SDVariable loss = error.of(target, predicted, vit.patchValues()).rename("loss.pixel");
    return new Branch(target, predicted, loss, decoded.beforePosition(), decoded.layers());
  }

  private Branch featureBranch(
      BootMaeDecoder.Input input, SDVariable positions, SDVariable target, WeightedError error) {
    int dim = vit.dim();
    BootMaeDecoder decoder = decoder(BootMaeDecoder.Kind.FEATURE, dim, positions);
    Linear head = Linear.declare(parameters, "lm_head_1", FirstValues.WEIGHTS, dim, dim);

    BootMaeDecoder.Output decoded = decoder.decode(input);
    Rows rows = new Rows(graph, parameters.type());
    SDVariable predicted = head.apply(decoded.last(), rows.column(decoded.last()));
    Standardisation norm = new Standardisation(rows, dim);
    SDVariable loss =
        error.of(norm.apply(target), norm.apply(predicted), dim).rename("loss.feature");
    return new Branch(target, predicted, loss, decoded.beforePosition(), decoded.layers());
  }

  private BootMaeDecoder decoder(BootMaeDecoder.Kind kind, int dim, SDVariable positions) {
    return new BootMaeDecoder(graph, vit, kind, dim, options.decoderDepth(), positions, parameters);
  }

  /** The patch tokens [B*N, D] of the whole image after the teacher's last block. */
  private SDVariable teacherFeatures(SDVariable images) {
    BootMaeEncoder teacher = new BootMaeEncoder(graph, vit, parameters.copy(TEACHER));
    SDVariable tokens = last(teacher.encode(teacher.embed(images), vit.patches()));
    return ClassToken.drop(
            tokens.reshape(-1, 1 + vit.patches(), vit.dim()), vit.patches(), vit.dim())
        .reshape(-1, vit.dim());
  }

  private SDVariable picture(
      Branch pixel, PatchStatistics statistics, PatchStatistics.Values values) {
    SDVariable pixels = statistics.denormalise(pixel.predicted(), values);
    return new Patches(vit).join(pixels.reshape(-1, vit.patchValues()));
  }

  /** All tokens [B, 1+N, D] after the final norm, nothing masked. */
  private static SDVariable everything(BootMaeEncoder encoder, SDVariable embedded, VitConfig vit) {
    return encoder
        .norm(last(encoder.encode(embedded, vit.patches())))
        .reshape(-1, 1 + vit.patches(), vit.dim());
  }

  private static SDVariable last(List<SDVariable> blocks) {
    return blocks.get(blocks.size() - 1);
  }

  private static SDVariable images(SameDiff graph, VitConfig vit, Parameters parameters) {
    return graph.placeHolder(
        "images", parameters.type(), -1, vit.channels(), vit.imageHeight(), vit.imageWidth());
  }
}
