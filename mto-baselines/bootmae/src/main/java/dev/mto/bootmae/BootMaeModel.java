package dev.mto.bootmae;

import dev.mto.data.ImageBatch;
import dev.mto.engine.Model;
import dev.mto.engine.Prediction;
import dev.mto.engine.TokenGroup;
import dev.mto.engine.TrainingPosition;
import dev.mto.engine.graph.Feeds;
import dev.mto.executor.state.LiveState;
import dev.mto.models.EncoderOutput;
import dev.mto.models.LayerNorm;
import dev.mto.models.Parameters;
import dev.mto.models.PatchStatistics;
import dev.mto.models.Patches;
import dev.mto.models.Tokens;
import dev.mto.models.VisionTransformer;
import dev.mto.models.VitConfig;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * BootMAE (Dong et al., "Bootstrapped Masked Autoencoders for Vision BERT Pretraining", ECCV 2022):
 * the encoder sees the visible patches alone. One decoder predicts the pixels of the others with
 * the help of an early block's output, the other with the last block's the features that a teacher,
 * a moving average of the model, finds in the whole image. Shapes: B images, N patches, V visible
 * ones, D width, C channels, P pixels a side of a patch, K values predicted of a patch.
 */
final class BootMaeModel implements Model {
  /** Begins the names of the teacher's parameters. */
  static final String TEACHER = "teacher.";

  private static final double FEATURE_EPSILON = 1e-6;
  private static final String FEATURE_WEIGHT = "featureWeight";

  private final VitConfig vit;
  private final BootMaeOptions options;
  private final WeightedError error;
  private final Outputs outputs;

  final SDVariable lossWeights; // how much the error of each patch counts [B, N]
  final SDVariable pixelTarget; // pixels normalised by patch and channel [B*N, C*P*P]
  final SDVariable featureTarget; // the teacher's tokens after its last block [B*N, D]
  final Teacher teacher;
  final BootMaeDecoder.Output pixel;
  final BootMaeDecoder.Output feature;

  /**
   * Builds the graph. Its placeholders are {@code images}, {@code mask}, {@code selection} and
   * {@code featureWeight}; its losses are named {@code loss.ss}, {@code loss.pixel} and {@code
   * loss.feature}. The teacher's encoder has variables named {@code teacher.} and the official
   * name.
   *
   * @param visible V, visible patches of every image
   * @throws IllegalArgumentException when the options do not fit the encoder
   */
  BootMaeModel(VitConfig vit, BootMaeOptions options, int visible, Parameters parameters) {
    this.vit = vit;
    this.options = options;
    this.error = new WeightedError(vit, options.weightMask());
    SDVariable images = parameters.placeholder(Feeds.IMAGES, vit.imageShape());
    SDVariable mask = parameters.placeholder(Feeds.MASK, -1, vit.patches());
    SDVariable selection = parameters.placeholder(Feeds.SELECTION, -1, visible, vit.patches());
    SDVariable featureWeight = parameters.placeholder(FEATURE_WEIGHT);

    SDVariable patches = new Patches(vit).split(images);
    VisionTransformer encoder = BootMae.visionTransformer(vit, parameters);
    SDVariable embedded = encoder.embed(patches);
    EncoderOutput encoded = encoder.encode(selection.mmul(embedded));

    BootMaeDecoder.Input input = new BootMaeDecoder.Input(encoded.tokens(), selection, mask);
    SDVariable early = encoded.blocks().get(options.pixelBlock(vit.depth()));
    SDVariable late = encoded.blocks().get(options.featureBlock(vit.depth()));
    pixel = BootMaeDecoder.pixels(input, early, vit, options, parameters);
    featureTarget = teacherFeatures(patches, parameters);
    feature = BootMaeDecoder.features(input, late, encoder.positions(), vit, options, parameters);

    PatchStatistics statistics = PatchStatistics.ofChannels(vit);
    PatchStatistics.Values original = statistics.of(patches);
    pixelTarget = statistics.normalise(patches, original).reshape(-1, vit.patchValues());
    lossWeights = error.weights(mask);
    Map<String, SDVariable> parts = losses(mask);
    SDVariable loss =
        parts.get("pixel").add(parts.get("feature").mul(featureWeight)).rename("loss.ss");

    teacher = new Teacher(parameters);
    outputs =
        new Outputs(
            mask,
            loss,
            parts,
            List.of(tokens("pixel", pixel), tokens("feature", feature)),
            encoder.encode(embedded).patches(),
            predictions(original, statistics.fromVisible(original, mask)));
  }

  /** The patch tokens of the whole image after the teacher's last block, before any norm. */
  private SDVariable teacherFeatures(SDVariable patches, Parameters parameters) {
    VisionTransformer encoder = BootMae.visionTransformer(vit, parameters.copy(TEACHER));
    List<SDVariable> blocks = encoder.encode(encoder.embed(patches)).blocks();
    return Tokens.patches(blocks.get(blocks.size() - 1)).reshape(-1, vit.dim());
  }

  private Map<String, SDVariable> losses(SDVariable mask) {
    Map<String, SDVariable> losses = new LinkedHashMap<>();
    losses.put(
        "pixel",
        WeightedError.of(pixelTarget, pixel.predicted(), vit.patchValues(), lossWeights, mask)
            .rename("loss.pixel"));
    losses.put(
        "feature",
        WeightedError.of(
                LayerNorm.standardise(featureTarget, FEATURE_EPSILON),
                LayerNorm.standardise(feature.predicted(), FEATURE_EPSILON),
                vit.dim(),
                lossWeights,
                mask)
            .rename("loss.feature"));
    return losses;
  }

  private static TokenGroup tokens(String name, BootMaeDecoder.Output decoded) {
    return new TokenGroup(name, name + " decoder", decoded.beforePosition(), decoded.layers());
  }

  private List<Prediction> predictions(
      PatchStatistics.Values original, PatchStatistics.Values guessed) {
    String caption = "normalised pixels: mean and deviation of a patch and channel ";
    return List.of(
        new Prediction("", caption + "interpolated from visible patches", picture(guessed)),
        new Prediction(
            "original-statistics",
            caption + "taken from the original, which leaks the answer",
            picture(original)));
  }

  private SDVariable picture(PatchStatistics.Values values) {
    SDVariable pixels = PatchStatistics.ofChannels(vit).denormalise(pixel.predicted(), values);
    return new Patches(vit).join(pixels.reshape(-1, vit.patchValues()));
  }

  @Override
  public Outputs outputs() {
    return outputs;
  }

  /** The official rule: all but vectors, biases and the class token; mask tokens decay. */
  @Override
  public boolean decayed(String parameter, int rank) {
    return Model.super.decayed(parameter, rank) && !parameter.equals("cls_token");
  }

  /** Each decoder has its own. */
  @Override
  public boolean maskToken(String parameter) {
    return parameter.startsWith("mask_token");
  }

  @Override
  public Map<String, INDArray> trainingFeeds(
      ImageBatch batch, TrainingPosition at, int microBatch) {
    return feeds(batch, options.featureWeightAt(at.epoch(), at.epochs()));
  }

  /** The feature loss has its full weight, so that the losses of different epochs compare. */
  @Override
  public Map<String, INDArray> evaluationFeeds(ImageBatch batch) {
    return feeds(batch, options.featureWeight());
  }

  private static Map<String, INDArray> feeds(ImageBatch batch, double featureWeight) {
    Map<String, INDArray> feeds = Feeds.imagesAndVisible(batch);
    if (batch.mask() != null) {
      feeds.put(FEATURE_WEIGHT, Nd4j.scalar(DataType.FLOAT, featureWeight));
    }
    return feeds;
  }

  @Override
  public double referenceLoss(ImageBatch batch, TrainingPosition at) {
    return error.ofReference(batch, options.featureWeightAt(at.epoch(), at.epochs()));
  }

  @Override
  public Collection<INDArray> followers() {
    return teacher.arrays().values();
  }

  @Override
  public void afterUpdate(TrainingPosition at, LiveState state) {
    teacher.move(options.emaDecayAt(at.epoch()), state);
  }

  @Override
  public Map<String, INDArray> state() {
    return teacher.arrays();
  }

  @Override
  public void initialised(Set<String> given) {
    teacher.restart(given);
  }
}
