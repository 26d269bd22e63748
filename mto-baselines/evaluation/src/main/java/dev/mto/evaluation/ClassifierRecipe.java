package dev.mto.evaluation;

import dev.mto.engine.optimizer.LearningRate;
import dev.mto.models.VitConfig;

/** What the recipes of fine-tuning and of the probes have in common. */
public sealed interface ClassifierRecipe
    permits FineTuneConfig, LinearProbeConfig, AttentiveProbeConfig {
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
  long imagesPerStep();

  /** What of an encoder of these sizes the classifier sees. */
  ClassifiedFeatures features(VitConfig vit);

  /** What else can be done where there are fewer images than a step takes; for people. */
  String instead();

  /** By step: linear warm-up and a cosine. */
  LearningRate learningRate(long stepsPerEpoch);
}
