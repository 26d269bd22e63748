package dev.mto.bench.evaluate;

import dev.mto.deeplearning4j.LinearHeadOptions;
import dev.mto.engine.weights.WeightsOf;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Option;

/** Options of a linear classifier on features that are computed once. */
final class CachedOptions {
  @Option(
      names = "--cached",
      required = true,
      description =
          "Computes features of centre crops once and trains on them: no augmentation, seconds"
              + " instead of minutes. Untrained encoders are measured too.")
  private boolean cached;

  @ArgGroup(exclusive = false)
  private FeatureOptions feature = new FeatureOptions();

  @Option(
      names = "--epochs",
      defaultValue = "100",
      paramLabel = "N",
      description = "Passes over the cached features (default: ${DEFAULT-VALUE}).")
  private int epochs;

  @Option(
      names = "--learning-rate",
      defaultValue = "0.01",
      paramLabel = "RATE",
      description = "Of Adam's first step (default: ${DEFAULT-VALUE}).")
  private double learningRate;

  @Option(
      names = "--l2",
      defaultValue = "0.001",
      paramLabel = "WEIGHT",
      description = "Of the squared weights in the loss (default: ${DEFAULT-VALUE}).")
  private double l2;

  @Option(
      names = "--seed",
      defaultValue = "0",
      description = "Of the order of images (default: ${DEFAULT-VALUE}).")
  private long seed;

  @Option(names = "--teacher", description = "The method's slow copy instead of the model.")
  private boolean teacher;

  /** False after {@code --cached=false}. */
  boolean wanted() {
    return cached;
  }

  FeatureOptions feature() {
    return feature;
  }

  LinearHeadOptions head() {
    return new LinearHeadOptions(epochs, 100, learningRate, l2, seed);
  }

  WeightsOf weights() {
    return teacher ? WeightsOf.TEACHER : WeightsOf.STUDENT;
  }
}
