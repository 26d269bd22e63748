package dev.mto.evaluation;

import dev.mto.data.pixels.Interpolation;
import dev.mto.engine.config.LrScale;
import dev.mto.engine.config.Rules;
import dev.mto.engine.config.Setting;
import dev.mto.engine.encoder.Pooling;
import dev.mto.engine.optimizer.LearningRate;
import dev.mto.engine.weights.WeightsOf;
import dev.mto.models.VitConfig;
import java.util.List;

/**
 * How a linear classifier is trained on a frozen encoder: LARS on features whose batch
 * normalisation has no gain and bias (He et al., MAE, CVPR 2022, appendix).
 */
public record LinearProbeConfig(
    @Setting("Whose weights the encoder has: the model's own or its slow teacher's.")
        WeightsOf weights,
    @Setting(value = "Passes over the training images.", unit = "epochs", range = Rules.POSITIVE)
        int epochs,
    @Setting(
            value = "Images in a micro-batch, over which features are normalised.",
            unit = "images",
            range = "greater than 1")
        int batch,
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
            value = "Epochs over which the learning rate rises linearly from 0.",
            unit = "epochs",
            range = Rules.NOT_NEGATIVE)
        double warmupEpochs,
    @Setting(
            value = "Learning rate at the end of the cosine; not scaled.",
            range = Rules.NOT_NEGATIVE)
        double minLr,
    @Setting(value = "Momentum of LARS.", range = "in [0, 1)") double momentum,
    @Setting(
            value =
                "Trust coefficient of LARS: the share of its length that a weight moves a step.",
            range = Rules.POSITIVE)
        double trust,
    @Setting(value = "Weight decay of LARS.", range = Rules.NOT_NEGATIVE) double weightDecay,
    @Setting("What the classifier sees: the mean of patch tokens, or the class token.")
        Pooling pooling,
    @Setting(
            value =
                "The block whose features are seen, from 1; 0 for the last one's after the final"
                    + " norm.",
            unit = "blocks",
            range = Rules.NOT_NEGATIVE)
        int block,
    @Setting("Whether each feature vector is normalised to mean 0 and variance 1 before.")
        boolean featureNorm,
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
    @Setting(value = "Probability of a horizontal flip.", range = Rules.SHARE) double flip)
    implements ClassifierRecipe {

  /** Checks ranges. */
  public LinearProbeConfig {
    Rules.given("weights", weights);
    Rules.positive("epochs", epochs);
    Rules.require(batch > 1, "batch", batch, "greater than 1, as features are normalised over it");
    Rules.positive("accumulate", accumulate);
    Rules.notNegative("val_every_epochs", valEveryEpochs);
    Rules.notNegative("base_lr", baseLr);
    LrScale.check("lr_scale_batch", lrScaleBatch);
    Rules.notNegative("warmup_epochs", warmupEpochs);
    Rules.notNegative("min_lr", minLr);
    Rules.require(momentum >= 0 && momentum < 1, "momentum", momentum, "in [0, 1)");
    Rules.positive("trust", trust);
    Rules.notNegative("weight_decay", weightDecay);
    Rules.given("pooling", pooling);
    Rules.notNegative("block", block);
    Rules.range("crop_scale", cropScale, 1);
    Rules.range("crop_ratio", cropRatio, Double.MAX_VALUE);
    Rules.given("interpolation", interpolation);
    Rules.share("flip", flip);
    cropScale = List.copyOf(cropScale);
    cropRatio = List.copyOf(cropRatio);
  }

  @Override
  public long imagesPerStep() {
    return (long) batch * accumulate;
  }

  @Override
  public ClassifiedFeatures features(VitConfig vit) {
    return ClassifiedFeatures.of(this);
  }

  @Override
  public String instead() {
    return ", or solve it by evaluate linear --cached";
  }

  @Override
  public LearningRate learningRate(long stepsPerEpoch) {
    double factor = LrScale.factor(lrScaleBatch, imagesPerStep());
    return LearningRate.cosine(
        baseLr * factor,
        0,
        minLr,
        Math.round(warmupEpochs * stepsPerEpoch),
        epochs * stepsPerEpoch);
  }
}
