package dev.mto.bench.evaluate;

import dev.mto.engine.errors.UserException;
import dev.mto.engine.weights.WeightsOf;
import dev.mto.evaluation.linear.LogisticRegression;
import picocli.CommandLine.Option;

/** Options of a linear classifier on features that are computed once. */
final class CachedOptions {
  @Option(
      names = "--cached",
      required = true,
      description =
          "Computes features of centre crops once, standardises them and solves multinomial logistic"
              + " regression on them until the gradient's norm is at most 1e-6. No augmentation,"
              + " seconds instead of minutes. Untrained encoders are measured too.")
  private boolean cached;

  @Option(
      names = "--c",
      paramLabel = "C",
      description =
          "Inverse strength of the penalty |W|^2 / (2 C n) beside the mean cross-entropy of n images,"
              + " as scikit-learn's (default: among 10^-4, 10^-3.5 ... 10^4, the one that classifies"
              + " best a fifth of the training images that the others are fitted without).")
  private Double c;

  @Option(
      names = "--seed",
      defaultValue = "0",
      description = "Says which training images C is chosen by (default: ${DEFAULT-VALUE}).")
  private long seed;

  @Option(
      names = "--twins",
      defaultValue = "3",
      paramLabel = "N",
      description =
          "Untrained encoders to compare with, one for each seed (default: ${DEFAULT-VALUE}).")
  private int twins;

  @Option(
      names = "--pixels",
      description =
          "Measures raw pixels too. They are many more values than a feature has, so it takes minutes.")
  private boolean pixels;

  @Option(names = "--teacher", description = "The method's slow copy instead of the model.")
  private boolean teacher;

  /** False after {@code --cached=false}. */
  boolean wanted() {
    return cached;
  }

  LogisticRegression classifier() {
    return c == null ? LogisticRegression.usual(seed) : LogisticRegression.of(c);
  }

  int twins() {
    if (twins < 0) {
      throw new UserException("--twins " + twins + ": must be 0 or greater");
    }
    return twins;
  }

  boolean pixels() {
    return pixels;
  }

  long seed() {
    return seed;
  }

  WeightsOf weights() {
    return teacher ? WeightsOf.TEACHER : WeightsOf.STUDENT;
  }
}
