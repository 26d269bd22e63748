package dev.mto.mae;

import dev.mto.data.ImageBatch;
import dev.mto.engine.Model;
import dev.mto.engine.PixelReference;
import dev.mto.engine.Prediction;
import dev.mto.engine.TokenGroup;
import dev.mto.engine.TrainingPosition;
import dev.mto.engine.graph.Feeds;
import dev.mto.models.Block;
import dev.mto.models.Initializer;
import dev.mto.models.LayerNorm;
import dev.mto.models.Linear;
import dev.mto.models.Parameters;
import dev.mto.models.PatchStatistics;
import dev.mto.models.Patches;
import dev.mto.models.SinCosPositions;
import dev.mto.models.Tokens;
import dev.mto.models.VisionTransformer;
import dev.mto.models.VitConfig;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * MAE (He et al., "Masked Autoencoders Are Scalable Vision Learners", CVPR 2022): the encoder sees
 * the visible patches alone, a narrow decoder gets mask tokens for the others and predicts their
 * pixels. Shapes: B images, N patches, V visible ones, D and E width of encoder and decoder, C
 * channels, P pixels a side of a patch.
 */
final class MaeModel implements Model {
  private static final Initializer WEIGHTS = Initializer.xavierUniform();
  private static final Initializer TOKENS = Initializer.normal(0.02);
  private static final double EPSILON = 1e-6;

  private final VitConfig vit;
  private final MaeOptions options;
  private final Outputs outputs;

  // encoder
  private final VisionTransformer encoder;
  // decoder
  private final SDVariable maskToken; // [1, 1, E]
  private final SDVariable decoderPositions; // [1, 1+N, E]
  private final Linear decoderEmbedding;
  private final List<Block> decoderBlocks = new ArrayList<>();
  private final LayerNorm decoderNorm;
  private final Linear head;

  final SDVariable latent; // the encoder's tokens [B, 1+V, D] after its norm
  final SDVariable target; // [B*N, P*P*C], channel last: pixels, or normalised pixels
  final SDVariable predicted; // the same, predicted

  /**
   * Builds the graph. Its placeholders are {@code images}, {@code mask} and {@code selection}; its
   * loss is named {@code loss.ss}.
   *
   * @param visible V, visible patches of every image
   */
  MaeModel(VitConfig vit, MaeOptions options, int visible, Parameters parameters) {
    this.vit = vit;
    this.options = options;
    SDVariable images = parameters.placeholder(Feeds.IMAGES, vit.imageShape());
    SDVariable mask = parameters.placeholder(Feeds.MASK, -1, vit.patches());
    SDVariable selection = parameters.placeholder(Feeds.SELECTION, -1, visible, vit.patches());
    encoder = encoder(vit, parameters, false);
    int dim = options.decoderDim();
    maskToken = parameters.declare("mask_token", TOKENS, 1, 1, dim);
    decoderPositions = parameters.table("decoder_pos_embed", positions(vit, dim));
    decoderEmbedding = Linear.declare(parameters, "decoder_embed", WEIGHTS, dim, vit.dim());
    for (int i = 0; i < options.decoderDepth(); i++) {
      decoderBlocks.add(
          new Block(parameters, "decoder_blocks." + i, options.block(vit.mlpRatio(), WEIGHTS)));
    }
    decoderNorm = new LayerNorm(parameters, "decoder_norm", dim);
    head = Linear.declare(parameters, "decoder_pred", WEIGHTS, vit.patchValues(), dim);

    SDVariable embedded = encoder.embed(new Patches(vit).split(images));
    latent = encoder.encode(selection.mmul(embedded)).tokens();
    SDVariable projected = decoderEmbedding.apply(latent); // [B, 1+V, E]
    SDVariable beforePosition =
        Tokens.restore(Tokens.patches(projected), selection, mask, maskToken);
    List<SDVariable> decoded = decode(Tokens.classToken(projected), beforePosition);
    SDVariable last = Tokens.patches(decoderNorm.apply(decoded.get(decoded.size() - 1)));
    predicted = head.rows(last.reshape(-1, dim));

    SDVariable pixels = new Patches(vit).splitChannelLast(images);
    PatchStatistics statistics = PatchStatistics.ofPatches(vit);
    target = options.normPix() ? statistics.normalise(pixels, statistics.of(pixels)) : pixels;
    outputs =
        Outputs.of(
            mask,
            maskedSquaredError(mask),
            new TokenGroup(
                "", "decoder", beforePosition, decoded.stream().map(Tokens::patches).toList()),
            encoder.encode(embedded).patches(),
            predictions(pixels, mask));
  }

  /** The encoder: a plain ViT with sine-cosine positions, fixed until it is fine-tuned. */
  static VisionTransformer encoder(VitConfig vit, Parameters parameters, boolean fineTuned) {
    return new VisionTransformer(
        vit,
        new VisionTransformer.Options(
            new VisionTransformer.Positions(positions(vit, vit.dim()), fineTuned),
            true,
            TOKENS,
            WEIGHTS,
            Initializer.uniform(1 / Math.sqrt(vit.patchValues())),
            block -> Block.Weights.all(WEIGHTS)),
        parameters,
        "");
  }

  private static INDArray positions(VitConfig vit, int dim) {
    return SinCosPositions.columnFirst(vit.gridHeight(), vit.gridWidth(), dim);
  }

  /** Adds positions and applies the blocks: h⁰ … hᴸ, each [B, 1+N, E]. */
  private List<SDVariable> decode(SDVariable classToken, SDVariable tokens) {
    List<SDVariable> layers = new ArrayList<>();
    SDVariable x = tokens.getSameDiff().concat(1, classToken, tokens).add(decoderPositions);
    layers.add(x);
    for (Block block : decoderBlocks) {
      x = block.apply(x);
      layers.add(x);
    }
    return layers;
  }

  /** The mean squared error of the masked patches of the whole batch. */
  private SDVariable maskedSquaredError(SDVariable mask) {
    SDVariable errors = predicted.sub(target);
    // a patch's error weighs by the mask: (1, B*N) x (B*N, P*P*C), added up
    SDVariable masked = mask.reshape(1, -1).mmul(errors.mul(errors)).sum();
    return masked.div(vit.patchValues()).div(mask.sum()).rename("loss.ss");
  }

  private List<Prediction> predictions(SDVariable pixels, SDVariable mask) {
    Patches patches = new Patches(vit);
    if (!options.normPix()) {
      return List.of(new Prediction("", "predicted pixels", patches.joinChannelLast(predicted)));
    }
    PatchStatistics statistics = PatchStatistics.ofPatches(vit);
    PatchStatistics.Values original = statistics.of(pixels);
    PatchStatistics.Values guessed = statistics.fromVisible(original, mask);
    return List.of(
        new Prediction(
            "",
            "norm-pix: mean and deviation of a patch interpolated from visible patches",
            patches.joinChannelLast(statistics.denormalise(predicted, guessed))),
        new Prediction(
            "original-statistics",
            "norm-pix: mean and deviation of a patch taken from the original, which leaks the answer",
            patches.joinChannelLast(statistics.denormalise(predicted, original))));
  }

  @Override
  public Outputs outputs() {
    return outputs;
  }

  @Override
  public Map<String, INDArray> evaluationFeeds(ImageBatch batch) {
    return Feeds.imagesAndVisible(batch);
  }

  @Override
  public double referenceLoss(ImageBatch batch, TrainingPosition at) {
    PixelReference reference = new PixelReference(batch, vit);
    return options.normPix()
        ? reference.ofNormalisedPatches(EPSILON)
        : reference.fromVisibleMean(difference -> difference * difference);
  }
}
