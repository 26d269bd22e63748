package dev.mto.evaluation;

import dev.mto.engine.config.Rules;
import dev.mto.engine.config.Setting;

/** RandAugment of training images when an encoder is fine-tuned. */
public record RandAugmentConfig(
    @Setting(
            value =
                "How many operations are drawn for an image, each applied with probability 0.5; 0"
                    + " for none.",
            unit = "operations",
            range = Rules.NOT_NEGATIVE)
        int operations,
    @Setting(value = "Mean strength of an operation.", range = "between 0 and 10") double magnitude,
    @Setting(
            value = "Standard deviation of the strength, which is clipped to 0 to 10.",
            range = Rules.NOT_NEGATIVE)
        double magnitudeStd) {
  /** Checks ranges. */
  public RandAugmentConfig {
    Rules.notNegative("rand_augment.operations", operations);
    Rules.require(
        magnitude >= 0 && magnitude <= 10, "rand_augment.magnitude", magnitude, "between 0 and 10");
    Rules.notNegative("rand_augment.magnitude_std", magnitudeStd);
  }
}
