package dev.mto.evaluation;

import com.fasterxml.jackson.annotation.JsonInclude;
import dev.mto.data.pixels.Interpolation;
import dev.mto.engine.config.ConfigLoader;
import dev.mto.engine.config.LrScale;
import dev.mto.engine.config.Rules;
import dev.mto.engine.config.Setting;
import dev.mto.engine.config.TrainingConfig;
import dev.mto.engine.encoder.Pooling;
import dev.mto.engine.optimizer.LearningRate;
import dev.mto.engine.optimizer.TimmCosine;
import dev.mto.engine.weights.TrainedModel;
import dev.mto.engine.weights.WeightsOf;
import dev.mto.models.VitConfig;
import java.nio.file.Path;
import java.util.List;

/** How an encoder is fine-tuned for classification. */
public record FineTuneConfig(
    @Setting("Whose weights the encoder starts from: the model's own or its slow teacher's.")
        WeightsOf weights,
    @Setting(value = "Passes over the training images.", unit = "epochs", range = Rules.POSITIVE)
        int epochs,
    @Setting(value = "Images in a micro-batch.", unit = "images", range = Rules.POSITIVE) int batch,
    @Setting(
            value = "Micro-batches in an optimizer step.",
            unit = "micro-batches",
            range = Rules.POSITIVE)
        int accumulate,
    @Setting(value = "Seed of everything random.", range = "a whole number") long seed,
    @Setting(
            value =
                "Epochs between measurements on the validation images, which are always measured"
                    + " after the last; 0 for then only.",
            unit = "epochs",
            range = Rules.NOT_NEGATIVE)
        int valEveryEpochs,
    @Setting(
            value = "Learning rate before scaling by batch * accumulate / lr_scale_batch.",
            range = Rules.NOT_NEGATIVE)
        double baseLr,
    @Setting(
            value = "Images a step for which base_lr is meant, or none for no scaling.",
            unit = "images",
            range = "a number of images from 1 to 999999999, or none")
        String lrScaleBatch,
    @Setting(
            value = "How the learning rate goes after warm-up; cosine where it is not given.",
            range = "cosine | cosine_linspace | cosine_timm")
        @JsonInclude(value = JsonInclude.Include.CUSTOM, valueFilter = PlainCosine.class)
        TrainingConfig.Schedule schedule,
    @Setting(
            value = "Epochs over which the learning rate rises linearly.",
            unit = "epochs",
            range = Rules.NOT_NEGATIVE)
        double warmupEpochs,
    @Setting(
            value = "Learning rate at the first step; scaled as base_lr.",
            range = Rules.NOT_NEGATIVE)
        double warmupLr,
    @Setting(
            value = "Learning rate at the end of the cosine; not scaled.",
            range = Rules.NOT_NEGATIVE)
        double minLr,
    @Setting(
            value =
                "Factor of the learning rate from each block to the one before it; 1 for the same"
                    + " rate everywhere.",
            range = "in (0, 1]")
        double layerDecay,
    @Setting(value = "Decoupled weight decay of AdamW.", range = Rules.NOT_NEGATIVE)
        double weightDecay,
    @Setting(
            value = "Decay of AdamW's mean and of its mean square of gradients.",
            range = "two numbers in [0, 1)")
        List<Double> betas,
    @Setting(
            value = "Largest norm of all gradients together; 0 for no clipping.",
            range = Rules.NOT_NEGATIVE)
        double clip,
    @Setting(
            value =
                "Rate at which the last block's residual branches are dropped; it rises linearly"
                    + " from 0.",
            range = "in [0, 1)")
        double dropPath,
    @Setting(
            "What the head sees: the mean of patch tokens under a norm of its own, or the class"
                + " token.")
        Pooling pooling,
    @Setting(value = "Standard deviation of the head's first weights.", range = Rules.NOT_NEGATIVE)
        double headStd,
    @Setting(
            value = "Decay of the moving average of all weights that is evaluated; 0 for none.",
            range = "in [0, 1)")
        double weightAverage,
    @Setting(value = "Share of the target that is spread over all classes.", range = Rules.SHARE)
        double labelSmoothing,
    @Setting(value = "Alpha of mixup; 0 for none.", range = Rules.NOT_NEGATIVE) double mixup,
    @Setting(value = "Alpha of CutMix; 0 for none.", range = Rules.NOT_NEGATIVE) double cutmix,
    @Setting(
            value = "Smallest and largest share of an image's area in a random crop.",
            unit = "share of the area",
            range = "[smallest, largest] with 0 < smallest <= largest <= 1")
        List<Double> cropScale,
    @Setting(
            value = "Smallest and largest width over height of a random crop.",
            range = "[smallest, largest] with 0 < smallest <= largest")
        List<Double> cropRatio,
    @Setting("How crops are resized.") Interpolation interpolation,
    @Setting(value = "Probability of a horizontal flip.", range = Rules.SHARE) double flip,
    @Setting(
            "RandAugment of the crops; rotated, sheared and shifted ones are resampled by"
                + " interpolation too.")
        RandAugmentConfig randAugment,
    @Setting(value = "Probability of random erasing after normalisation.", range = Rules.SHARE)
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
  public long imagesPerStep() {
    return (long) batch * accumulate;
  }

  @Override
  public ClassifiedFeatures features(VitConfig vit) {
    return ClassifiedFeatures.of(this, vit.depth());
  }

  @Override
  public String instead() {
    return ", as configs/evaluate/finetune-tiny.yaml does";
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
