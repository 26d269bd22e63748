package dev.mto.evaluation;

import dev.mto.data.pixels.Interpolation;
import dev.mto.engine.config.LrScale;
import dev.mto.engine.config.Rules;
import dev.mto.engine.encoder.Pooling;
import dev.mto.engine.optimizer.LearningRate;
import dev.mto.engine.weights.WeightsOf;
import java.util.List;

/**
 * How a linear classifier is trained on a frozen encoder: LARS on features whose batch
 * normalisation has no gain and bias (He et al., MAE, CVPR 2022, appendix).
 *
 * @param weights {@code student} or {@code teacher}
 * @param epochs passes over the training images
 * @param batch images in a micro-batch, over which features are normalised
 * @param accumulate micro-batches in an optimizer step
 * @param seed of everything random
 * @param valEveryEpochs epochs between measurements on the validation images, which are always
 *     measured after the last; 0 for then only
 * @param baseLr learning rate before scaling
 * @param lrScaleBatch images per step for which {@code baseLr} is meant, or {@code none}
 * @param warmupEpochs epochs of linear warm-up from 0
 * @param minLr learning rate at the end of the cosine, not scaled
 * @param momentum of LARS
 * @param trust trust coefficient of LARS
 * @param weightDecay of LARS
 * @param pooling {@code mean} of patch tokens or the {@code class} token
 * @param block features of this block, from 1; 0 for the last after the final norm
 * @param featureNorm whether each feature vector is normalised (mean 0, variance 1) before
 * @param cropScale smallest and largest share of the image's area in a random crop
 * @param cropRatio smallest and largest width over height of a random crop
 * @param interpolation of resizing
 * @param flip probability of a horizontal flip
 */
public record LinearProbeConfig(
    WeightsOf weights,
    int epochs,
    int batch,
    int accumulate,
    long seed,
    int valEveryEpochs,
    double baseLr,
    String lrScaleBatch,
    double warmupEpochs,
    double minLr,
    double momentum,
    double trust,
    double weightDecay,
    Pooling pooling,
    int block,
    boolean featureNorm,
    List<Double> cropScale,
    List<Double> cropRatio,
    Interpolation interpolation,
    double flip)
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
  public int imagesPerStep() {
    return batch * accumulate;
  }

  @Override
  public ClassifiedFeatures features(int depth) {
    return ClassifiedFeatures.of(this);
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
