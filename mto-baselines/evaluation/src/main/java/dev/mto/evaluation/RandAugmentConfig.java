package dev.mto.evaluation;

import dev.mto.engine.config.Rules;

/**
 * RandAugment of training images when an encoder is fine-tuned.
 *
 * @param operations how many are drawn for an image, each applied with probability 0.5; 0 for none
 * @param magnitude mean strength of an operation, in [0, 10]
 * @param magnitudeStd standard deviation of the strength, which is clipped to [0, 10]
 */
public record RandAugmentConfig(int operations, double magnitude, double magnitudeStd) {
  /** Checks ranges. */
  public RandAugmentConfig {
    Rules.notNegative("rand_augment.operations", operations);
    Rules.require(
        magnitude >= 0 && magnitude <= 10, "rand_augment.magnitude", magnitude, "between 0 and 10");
    Rules.notNegative("rand_augment.magnitude_std", magnitudeStd);
  }
}
