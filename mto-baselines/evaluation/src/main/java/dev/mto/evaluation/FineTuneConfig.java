package dev.mto.evaluation;

import com.fasterxml.jackson.annotation.JsonInclude;
import dev.mto.data.pixels.Interpolation;
import dev.mto.engine.config.ConfigLoader;
import dev.mto.engine.config.LrScale;
import dev.mto.engine.config.Rules;
import dev.mto.engine.config.TrainingConfig;
import dev.mto.engine.encoder.Pooling;
import dev.mto.engine.optimizer.LearningRate;
import dev.mto.engine.optimizer.TimmCosine;
import dev.mto.engine.weights.TrainedModel;
import dev.mto.engine.weights.WeightsOf;
import java.nio.file.Path;
import java.util.List;

/**
 * How an encoder is fine-tuned for classification.
 *
 * @param weights {@code student} or {@code teacher}
 * @param epochs passes over the training images
 * @param batch images in a micro-batch
 * @param accumulate micro-batches in an optimizer step
 * @param seed of everything random
 * @param valEveryEpochs epochs between measurements on the validation images, which are always
 *     measured after the last; 0 for then only
 * @param baseLr learning rate before scaling
 * @param lrScaleBatch images per step for which {@code baseLr} is meant, or {@code none}
 * @param schedule {@code cosine}, {@code cosine_linspace} or {@code cosine_timm}; {@code cosine},
 *     as every recipe had it before there was a choice, where it is not given, and it is not
 *     written then
 * @param warmupEpochs epochs of linear warm-up
 * @param warmupLr learning rate at the first step, scaled as {@code baseLr}
 * @param minLr learning rate at the end of the cosine, not scaled
 * @param layerDecay layer-wise learning-rate decay; 1 for none
 * @param weightDecay decoupled weight decay
 * @param betas of AdamW
 * @param clip largest global gradient norm, or 0 for no clipping
 * @param dropPath drop path rate of the last block, rising linearly from 0
 * @param pooling {@code mean} of patch tokens with a norm of its own, or the {@code class} token
 * @param headStd standard deviation of the head's first weights
 * @param weightAverage decay of the moving average of all weights that is evaluated, or 0 for none
 * @param labelSmoothing share of the target spread over all classes
 * @param mixup α of mixup, or 0 for none
 * @param cutmix α of cutmix, or 0 for none
 * @param cropScale smallest and largest share of the image's area in a random crop
 * @param cropRatio smallest and largest width over height of a random crop
 * @param interpolation of resizing
 * @param flip probability of a horizontal flip
 * @param randAugment RandAugment of the crops; rotated, sheared and shifted ones are resampled by
 *     {@code interpolation} too
 * @param erasing probability of random erasing after normalisation, or 0 for none
 */
public record FineTuneConfig(
    WeightsOf weights,
    int epochs,
    int batch,
    int accumulate,
    long seed,
    int valEveryEpochs,
    double baseLr,
    String lrScaleBatch,
    @JsonInclude(value = JsonInclude.Include.CUSTOM, valueFilter = PlainCosine.class)
        TrainingConfig.Schedule schedule,
    double warmupEpochs,
    double warmupLr,
    double minLr,
    double layerDecay,
    double weightDecay,
    List<Double> betas,
    double clip,
    double dropPath,
    Pooling pooling,
    double headStd,
    double weightAverage,
    double labelSmoothing,
    double mixup,
    double cutmix,
    List<Double> cropScale,
    List<Double> cropRatio,
    Interpolation interpolation,
    double flip,
    RandAugmentConfig randAugment,
    double erasing)
    implements ClassifierRecipe {

  /** Checks ranges. */
  public FineTuneConfig {
    Rules.given("weights", weights);
    Rules.positive("epochs", epochs);
    Rules.positive("batch", batch);
    Rules.positive("accumulate", accumulate);
    Rules.notNegative("val_every_epochs", valEveryEpochs);
    Rules.notNegative("base_lr", baseLr);
    LrScale.check("lr_scale_batch", lrScaleBatch);
    schedule = schedule == null ? TrainingConfig.Schedule.COSINE : schedule;
    Rules.require(
        schedule != TrainingConfig.Schedule.MULTISTEP, "schedule", schedule, "one of the cosines");
    Rules.notNegative("warmup_epochs", warmupEpochs);
    Rules.notNegative("warmup_lr", warmupLr);
    Rules.notNegative("min_lr", minLr);
    Rules.require(layerDecay > 0 && layerDecay <= 1, "layer_decay", layerDecay, "in (0, 1]");
    Rules.notNegative("weight_decay", weightDecay);
    Rules.betas("betas", betas);
    Rules.notNegative("clip", clip);
    Rules.require(dropPath >= 0 && dropPath < 1, "drop_path", dropPath, "in [0, 1)");
    Rules.given("pooling", pooling);
    Rules.notNegative("head_std", headStd);
    Rules.require(
        weightAverage >= 0 && weightAverage < 1, "weight_average", weightAverage, "in [0, 1)");
    Rules.share("label_smoothing", labelSmoothing);
    Rules.notNegative("mixup", mixup);
    Rules.notNegative("cutmix", cutmix);
    Rules.range("crop_scale", cropScale, 1);
    Rules.range("crop_ratio", cropRatio, Double.MAX_VALUE);
    Rules.given("interpolation", interpolation);
    Rules.share("flip", flip);
    Rules.given("rand_augment", randAugment);
    Rules.share("erasing", erasing);
    betas = List.copyOf(betas);
    cropScale = List.copyOf(cropScale);
    cropRatio = List.copyOf(cropRatio);
  }

  /**
   * The official recipe of a model's baseline, with changes.
   *
   * @param file keys that it sets otherwise, in YAML; null for none
   * @param settings further ones, e.g. {@code "epochs=20"}
   */
  public static FineTuneConfig of(TrainedModel model, Path file, String... settings) {
    return ConfigLoader.load(
        model.baseline().fineTuneRecipe(), file, List.of(settings), FineTuneConfig.class);
  }

  @Override
  public int imagesPerStep() {
    return batch * accumulate;
  }

  @Override
  public ClassifiedFeatures features(int depth) {
    return ClassifiedFeatures.of(this, depth);
  }

  @Override
  public LearningRate learningRate(long stepsPerEpoch) {
    double factor = LrScale.factor(lrScaleBatch, imagesPerStep());
    double base = baseLr * factor;
    double warmup = warmupLr * factor;
    long warmupSteps = Math.round(warmupEpochs * stepsPerEpoch);
    long steps = epochs * stepsPerEpoch;
    return switch (schedule) {
      case COSINE_LINSPACE -> LearningRate.cosineLinspace(base, warmup, minLr, warmupSteps, steps);
      case COSINE_TIMM -> new TimmCosine(base, warmup, minLr, warmupSteps, steps);
      default -> LearningRate.cosine(base, warmup, minLr, warmupSteps, steps);
    };
  }
}
