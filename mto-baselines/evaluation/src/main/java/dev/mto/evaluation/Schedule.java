package dev.mto.evaluation;

import dev.mto.data.image.Preprocessing;
import dev.mto.engine.optimizer.LearningRate;

/**
 * How a classifier goes through its training images.
 *
 * @param epochs passes over them
 * @param batch images of a micro-batch
 * @param accumulate micro-batches of a step
 * @param seed of order and augmentation
 * @param valEveryEpochs epochs between measurements, 0 for the last epoch only
 * @param stepsPerEpoch optimizer steps of an epoch
 * @param learningRate by step
 * @param augmentation of training images
 */
public record Schedule(
    int epochs,
    int batch,
    int accumulate,
    long seed,
    int valEveryEpochs,
    long stepsPerEpoch,
    LearningRate learningRate,
    Preprocessing augmentation) {

  /** Whether the validation images are measured after this many epochs. */
  boolean measures(int done) {
    return done == epochs || (valEveryEpochs > 0 && done % valEveryEpochs == 0);
  }

  public static Schedule of(FineTuneConfig recipe, long stepsPerEpoch, Preprocessing augmentation) {
    return new Schedule(
        recipe.epochs(),
        recipe.batch(),
        recipe.accumulate(),
        recipe.seed(),
        recipe.valEveryEpochs(),
        stepsPerEpoch,
        LearningRate.cosine(
            recipe.baseLr() * recipe.lrFactor(),
            recipe.warmupLr() * recipe.lrFactor(),
            recipe.minLr(),
            Math.round(recipe.warmupEpochs() * stepsPerEpoch),
            recipe.epochs() * stepsPerEpoch),
        augmentation);
  }

  public static Schedule of(
      LinearProbeConfig recipe, long stepsPerEpoch, Preprocessing augmentation) {
    return new Schedule(
        recipe.epochs(),
        recipe.batch(),
        recipe.accumulate(),
        recipe.seed(),
        recipe.valEveryEpochs(),
        stepsPerEpoch,
        LearningRate.cosine(
            recipe.baseLr() * recipe.lrFactor(),
            0,
            recipe.minLr(),
            Math.round(recipe.warmupEpochs() * stepsPerEpoch),
            recipe.epochs() * stepsPerEpoch),
        augmentation);
  }
}
