package dev.mto.engine.config;

import java.util.List;

/** The training recipe. */
public record TrainingConfig(
    @Setting(
            value = "Passes over the training images; 0 saves the first values, untrained.",
            unit = "epochs",
            range = Rules.NOT_NEGATIVE)
        int epochs,
    @Setting(
            value = "Images in a micro-batch, which is what memory grows with.",
            unit = "images",
            range = Rules.POSITIVE)
        int batch,
    @Setting(
            value = "Micro-batches whose mean gradient makes an optimizer step.",
            unit = "micro-batches",
            range = Rules.POSITIVE)
        int accumulate,
    @Setting(
            value = "Seed of everything random: first values, order, crops, masks.",
            range = "a whole number")
        long seed,
    @Setting(
            value =
                "Learning rate before scaling: the rate is base_lr * batch * accumulate /"
                    + " lr_scale_batch.",
            range = Rules.NOT_NEGATIVE)
        double baseLr,
    @Setting(
            value = "Images a step for which base_lr is meant, or none for no scaling.",
            unit = "images",
            range = "a number of images from 1 to 999999999, or none")
        String lrScaleBatch,
    @Setting(
            "How the learning rate goes after warm-up: half a cosine (cosine_linspace: warm-up"
                + " reaches the base rate at its last step; cosine_timm: warm-up replaces the"
                + " cosine's first steps), or constant with steps down (multistep).")
        Schedule schedule,
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
            value = "Learning rate at the end of a cosine; not scaled.",
            range = Rules.NOT_NEGATIVE)
        double minLr,
    @Setting(
            value = "Epochs at which a multistep schedule multiplies the rate by gamma.",
            unit = "epochs",
            range = "a list of numbers")
        List<Double> milestones,
    @Setting(value = "Factor of the rate at each milestone.", range = Rules.POSITIVE) double gamma,
    @Setting(
            value =
                "Decoupled weight decay of AdamW; vectors and biases do not decay, unless the"
                    + " method says otherwise.",
            range = Rules.NOT_NEGATIVE)
        double weightDecay,
    @Setting(
            value = "Decay of AdamW's mean and of its mean square of gradients.",
            range = "two numbers in [0, 1)")
        List<Double> betas,
    @Setting(value = "What AdamW adds to the root of the mean square.", range = Rules.POSITIVE)
        double adamEpsilon,
    @Setting(
            value =
                "Largest norm of all gradients together, to which larger ones are scaled; 0 for no"
                    + " clipping.",
            range = Rules.NOT_NEGATIVE)
        double clip,
    @Setting(
            "Whether values inside Transformer blocks are computed again for the backward pass"
                + " instead of being kept: same numbers, less memory, slower.")
        Boolean gradientCheckpointing,
    @Setting(
            "Type of the operands of linear layers and of attention. bfloat16 is faster where the"
                + " processor multiplies it (AVX512_BF16, AMX, GPUs of compute capability 8.0) and"
                + " keeps 8 bits of precision; tf32 is float32 that such a GPU rounds to 11 bits"
                + " when it multiplies, and is for GPUs only. Sums, parameters, their gradients,"
                + " losses and affinities are float32 with all.")
        Precision precision,
    @Setting("Whether bfloat16 is used also where the processor cannot multiply it, slowly.")
        Boolean allowSlow) {

  /** Types of the operands of matrix products. */
  public enum Precision {
    /** IEEE 754 binary32. */
    FLOAT32,
    /** Float32 that a GPU rounds to 10 bits after the point when it multiplies. */
    TF32,
    /** The upper half of a float32. */
    BFLOAT16
  }

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
    precision = precision == null ? Precision.FLOAT32 : precision;
    allowSlow = allowSlow != null && allowSlow;
    betas = List.copyOf(betas);
    milestones = milestones == null ? List.of() : List.copyOf(milestones);
  }

  TrainingConfig withSeed(long other) {
    return with(other, precision);
  }

  TrainingConfig withPrecision(Precision other) {
    return with(seed, other);
  }

  private TrainingConfig with(long otherSeed, Precision otherPrecision) {
    return new TrainingConfig(
        epochs,
        batch,
        accumulate,
        otherSeed,
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
        gradientCheckpointing,
        otherPrecision,
        allowSlow);
  }

  /** Factor by which every learning rate is multiplied. */
  public double lrFactor() {
    return LrScale.factor(lrScaleBatch, (long) batch * accumulate);
  }
}
