package dev.mto.engine.config;

import java.util.List;

/**
 * The training recipe.
 *
 * @param epochs passes over the training images; 0 saves the first values, untrained
 * @param batch images in a micro-batch
 * @param accumulate micro-batches in an optimizer step
 * @param seed of everything random
 * @param baseLr learning rate before scaling
 * @param lrScaleBatch images per step for which {@code baseLr} is meant (learning rates are
 *     multiplied by batch * accumulate / lrScaleBatch), or {@code none}
 * @param schedule {@code cosine}, {@code cosine_linspace}, {@code cosine_timm} or {@code multistep}
 * @param warmupEpochs epochs of linear warm-up
 * @param warmupLr learning rate at the first step, scaled as {@code baseLr}
 * @param minLr learning rate at the end of a cosine; not scaled
 * @param milestones epochs at which a multistep schedule multiplies by {@code gamma}
 * @param gamma factor at each milestone
 * @param weightDecay decoupled weight decay
 * @param betas of AdamW
 * @param adamEpsilon of AdamW
 * @param clip largest global gradient norm, or 0 for no clipping
 * @param gradientCheckpointing whether values inside Transformer blocks are computed again for the
 *     backward pass instead of being kept: same numbers, less memory, slower; false where it is not
 *     given
 */
public record TrainingConfig(
    int epochs,
    int batch,
    int accumulate,
    long seed,
    double baseLr,
    String lrScaleBatch,
    Schedule schedule,
    double warmupEpochs,
    double warmupLr,
    double minLr,
    List<Double> milestones,
    double gamma,
    double weightDecay,
    List<Double> betas,
    double adamEpsilon,
    double clip,
    Boolean gradientCheckpointing) {

  /** Learning-rate schedules. */
  public enum Schedule {
    /** Half a cosine after warm-up. */
    COSINE,
    /** The same, but warm-up reaches the base rate at its last step and the cosine repeats it. */
    COSINE_LINSPACE,
    /** Half a cosine over all steps, of which the warm-up replaces the first; timm's. */
    COSINE_TIMM,
    /** Constant after warm-up, multiplied by gamma at each milestone. */
    MULTISTEP
  }

  /** Checks ranges. */
  public TrainingConfig {
    Rules.notNegative("training.epochs", epochs);
    Rules.positive("training.batch", batch);
    Rules.positive("training.accumulate", accumulate);
    Rules.notNegative("training.base_lr", baseLr);
    LrScale.check("training.lr_scale_batch", lrScaleBatch);
    Rules.given("training.schedule", schedule);
    Rules.notNegative("training.warmup_epochs", warmupEpochs);
    Rules.notNegative("training.warmup_lr", warmupLr);
    Rules.notNegative("training.min_lr", minLr);
    Rules.positive("training.gamma", gamma);
    Rules.notNegative("training.weight_decay", weightDecay);
    Rules.betas("training.betas", betas);
    Rules.positive("training.adam_epsilon", adamEpsilon);
    Rules.notNegative("training.clip", clip);
    gradientCheckpointing = gradientCheckpointing != null && gradientCheckpointing;
    betas = List.copyOf(betas);
    milestones = milestones == null ? List.of() : List.copyOf(milestones);
  }

  TrainingConfig withSeed(long other) {
    return new TrainingConfig(
        epochs,
        batch,
        accumulate,
        other,
        baseLr,
        lrScaleBatch,
        schedule,
        warmupEpochs,
        warmupLr,
        minLr,
        milestones,
        gamma,
        weightDecay,
        betas,
        adamEpsilon,
        clip,
        gradientCheckpointing);
  }

  /** Factor by which every learning rate is multiplied. */
  public double lrFactor() {
    return LrScale.factor(lrScaleBatch, batch * accumulate);
  }
}
