package dev.mto.bench.evaluate;

import dev.mto.data.Preprocessing;
import dev.mto.engine.config.FineTuneConfig;
import dev.mto.engine.config.LinearProbeConfig;
import dev.mto.engine.optimizer.LearningRate;

/**
 * How a classifier goes through its training images.
 *
 * @param epochs passes over them
 * @param batch images of a micro-batch
 * @param accumulate micro-batches of a step
 * @param seed of order and augmentation
 * @param stepsPerEpoch optimizer steps of an epoch
 * @param learningRate by step
 * @param augmentation of training images
 */
record Schedule(
    int epochs,
    int batch,
    int accumulate,
    long seed,
    long stepsPerEpoch,
    LearningRate learningRate,
    Preprocessing augmentation) {

  static Schedule of(FineTuneConfig recipe, long stepsPerEpoch, Preprocessing augmentation) {
    return new Schedule(
        recipe.epochs(),
        recipe.batch(),
        recipe.accumulate(),
        recipe.seed(),
        stepsPerEpoch,
        LearningRate.cosine(
            recipe.baseLr() * recipe.lrFactor(),
            recipe.warmupLr() * recipe.lrFactor(),
            recipe.minLr(),
            Math.round(recipe.warmupEpochs() * stepsPerEpoch),
            recipe.epochs() * stepsPerEpoch),
        augmentation);
  }

  static Schedule of(LinearProbeConfig recipe, long stepsPerEpoch, Preprocessing augmentation) {
    return new Schedule(
        recipe.epochs(),
        recipe.batch(),
        recipe.accumulate(),
        recipe.seed(),
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
