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
 * How an attentive probe is trained on a frozen encoder: AdamW on patch tokens whose batch
 * normalisation has no gain and bias (El-Nouby et al., AIM, ICML 2024).
 */
public record AttentiveProbeConfig(
    @Setting("Whose weights the encoder has: the model's own or its slow teacher's.")
        WeightsOf weights,
    @Setting(value = "Passes over the training images.", unit = "epochs", range = Rules.POSITIVE)
        int epochs,
    @Setting(
            value = "Images in a micro-batch, over whose tokens they are normalised.",
            unit = "images",
            range = Rules.POSITIVE)
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
    @Setting(
            value = "Decoupled weight decay of AdamW; the query and biases do not decay.",
            range = Rules.NOT_NEGATIVE)
        double weightDecay,
    @Setting(
            value = "Decay of AdamW's mean and of its mean square of gradients.",
            range = "two numbers in [0, 1)")
        List<Double> betas,
    @Setting(
            value =
                "Largest norm of all gradients together, to which larger ones are scaled; 0 for no"
                    + " clipping.",
            range = Rules.NOT_NEGATIVE)
        double clip,
    @Setting(
            value = "Heads of the attention; 0 for as many as the encoder has.",
            unit = "heads",
            range = Rules.NOT_NEGATIVE)
        int heads,
    @Setting(
            value =
                "The block whose patch tokens are seen, from 1, before any norm; 0 for the last one's"
                    + " after the final norm.",
            unit = "blocks",
            range = Rules.NOT_NEGATIVE)
        int block,
    @Setting(
            "Whether the tokens of training images are computed once, of centre crops, and kept in"
                + " memory, instead of those of new crops every epoch: many times faster, without"
                + " augmentation.")
        boolean cached,
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
  public AttentiveProbeConfig {
    Rules.given("weights", weights);
    Rules.positive("epochs", epochs);
    Rules.positive("batch", batch);
    Rules.positive("accumulate", accumulate);
    Rules.notNegative("val_every_epochs", valEveryEpochs);
    Rules.notNegative("base_lr", baseLr);
    LrScale.check("lr_scale_batch", lrScaleBatch);
    Rules.notNegative("warmup_epochs", warmupEpochs);
    Rules.notNegative("min_lr", minLr);
    Rules.notNegative("weight_decay", weightDecay);
    Rules.betas("betas", betas);
    Rules.notNegative("clip", clip);
    Rules.notNegative("heads", heads);
    Rules.notNegative("block", block);
    Rules.range("crop_scale", cropScale, 1);
    Rules.range("crop_ratio", cropRatio, Double.MAX_VALUE);
    Rules.given("interpolation", interpolation);
    Rules.share("flip", flip);
    betas = List.copyOf(betas);
    cropScale = List.copyOf(cropScale);
    cropRatio = List.copyOf(cropRatio);
  }

  @Override
  public long imagesPerStep() {
    return (long) batch * accumulate;
  }

  @Override
  public ClassifiedFeatures features(VitConfig vit) {
    return new ClassifiedFeatures(
        Pooling.MEAN,
        block,
        ClassifiedFeatures.Norm.NONE,
        BatchStandardisation.EPSILON,
        heads == 0 ? vit.heads() : heads);
  }

  @Override
  public String instead() {
    return ", as configs/evaluate/attentive-tiny.yaml does";
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
