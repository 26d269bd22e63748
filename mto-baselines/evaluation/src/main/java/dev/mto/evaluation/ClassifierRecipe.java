package dev.mto.evaluation;

import dev.mto.engine.optimizer.LearningRate;

/** What the recipes of fine-tuning and of the linear probe have in common. */
public sealed interface ClassifierRecipe permits FineTuneConfig, LinearProbeConfig {
  /** Passes over the training images. */
  int epochs();

  /** Images of a micro-batch. */
  int batch();

  /** Micro-batches of a step. */
  int accumulate();

  /** Of everything random. */
  long seed();

  /** Epochs between measurements, 0 for the last epoch only. */
  int valEveryEpochs();

  /** Images of an optimizer step. */
  int imagesPerStep();

  /** What of an encoder of {@code depth} blocks the classifier sees. */
  ClassifiedFeatures features(int depth);

  /** By step: linear warm-up and a cosine. */
  LearningRate learningRate(long stepsPerEpoch);
}
