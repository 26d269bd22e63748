package dev.mto.evaluation.linear;

import dev.mto.engine.encoder.FeatureClassifier;
import dev.mto.engine.encoder.FeatureTable;
import dev.mto.engine.encoder.Scores;
import dev.mto.engine.errors.UserException;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.api.preprocessor.NormalizerStandardize;
import org.nd4j.linalg.factory.Nd4j;

/**
 * A linear classifier on frozen features: multinomial logistic regression with an L2 penalty,
 * solved until the gradient's norm is at most {@link #TOLERANCE}. Features are standardised by the
 * mean and deviation of the training images. Where several C are given, each is fitted on four
 * fifths of the training images; the one that classifies most of the rest right (of equals the
 * smallest) is fitted again on all.
 *
 * @param candidates values of C, rising
 * @param seed says which training images are held out
 * @param told receives how the classifier was fitted
 * @param solved receives the classifier
 */
public record LogisticRegression(
    List<Double> candidates, long seed, Consumer<LinearFit> told, Consumer<LinearClassifier> solved)
    implements FeatureClassifier {
  /** Norm of the gradient of the mean loss, in nats, at which a fit is done. */
  public static final double TOLERANCE = 1e-6;

  private static final int MOST_ITERATIONS = 20_000;
  private static final double HELD_OUT = 0.2;
  private static final int SMALLEST_HALF_DECADE = -8;
  private static final int LARGEST_HALF_DECADE = 8;

  /** Checks the candidates. */
  public LogisticRegression {
    candidates = List.copyOf(candidates);
    if (candidates.isEmpty() || !candidates.stream().allMatch(c -> c > 0 && c < 1e12)) {
      throw new UserException("C is " + candidates + " but must be above 0 and below 1e12");
    }
  }

  /** With C chosen among 10^-4, 10^-3.5 … 10^4. */
  public static LogisticRegression usual(long seed) {
    return new LogisticRegression(
        IntStream.rangeClosed(SMALLEST_HALF_DECADE, LARGEST_HALF_DECADE)
            .mapToObj(half -> Math.pow(10, half / 2.0))
            .toList(),
        seed,
        fit -> {},
        classifier -> {});
  }

  /** With this C. */
  public static LogisticRegression of(double c) {
    return new LogisticRegression(List.of(c), 0, fit -> {}, classifier -> {});
  }

  /** The same, which tells how it was fitted. */
  public LogisticRegression telling(Consumer<LinearFit> listener) {
    return new LogisticRegression(candidates, seed, listener, solved);
  }

  /** The same, which gives the classifier away. */
  public LogisticRegression giving(Consumer<LinearClassifier> listener) {
    return new LogisticRegression(candidates, seed, told, listener);
  }

  /** Classifies images; the features are standardised in place. */
  @Override
  public Scores classify(FeatureTable train, FeatureTable queries, List<String> classes) {
    NormalizerStandardize moments = train.moments();
    train.standardised(moments);
    queries.standardised(moments);
    int count = classes.size();
    Choice choice = candidates.size() == 1 ? null : choose(train, count);
    double c = choice == null ? candidates.get(0) : choice.c();
    CrossEntropy all = new CrossEntropy(train, every(train), count, c);
    Lbfgs.Minimum fit;
    try (Curvature curvature = Curvature.of(all)) {
      fit = solve(all, curvature, new double[all.variables()]);
    }
    told.accept(
        new LinearFit(
            c,
            choice == null ? null : choice.heldOutTop1(),
            fit.value(),
            fit.gradientNorm(),
            fit.iterations(),
            top1(all, fit)));
    solved.accept(classifier(fit.point(), moments, train.dim(), count));
    return scores(new CrossEntropy(queries, every(queries), count, c), fit, classes);
  }

  /** Of the variables of {@link CrossEntropy}. */
  private static LinearClassifier classifier(
      double[] point, NormalizerStandardize moments, int dim, int classes) {
    float[] weight = new float[classes * dim];
    float[] bias = new float[classes];
    for (int k = 0; k < classes; k++) {
      for (int d = 0; d < dim; d++) {
        weight[k * dim + d] = (float) point[d * classes + k];
      }
      bias[k] = (float) point[dim * classes + k];
    }
    INDArray deviation = moments.getStd().add(Nd4j.EPS_THRESHOLD); // as its transform divides by
    return new LinearClassifier(
        Nd4j.create(weight, new long[] {classes, dim}, 'c'),
        Nd4j.createFromArray(bias),
        moments.getMean().castTo(DataType.FLOAT).reshape(1, dim).dup('c'),
        deviation.muli(deviation).castTo(DataType.FLOAT).reshape(1, dim).dup('c'));
  }

  /** A candidate, and the share of held-out images that it classifies right. */
  private record Choice(double c, double heldOutTop1) {}

  private Choice choose(FeatureTable train, int classes) {
    int[] shuffled = shuffled(train.size());
    int held = (int) Math.max(1, Math.round(HELD_OUT * shuffled.length));
    if (held >= shuffled.length) {
      throw new UserException(
          "a linear classifier needs at least two training images to choose C; give it by --c");
    }
    int[] heldOut = IntStream.of(shuffled).limit(held).toArray();
    int[] fitted = IntStream.of(shuffled).skip(held).toArray();
    Choice best = null;
    double[] point = new double[(train.dim() + 1) * classes];
    try (Curvature curvature = Curvature.of(new CrossEntropy(train, fitted, classes, 1))) {
      for (double c : candidates) {
        Lbfgs.Minimum fit = solve(new CrossEntropy(train, fitted, classes, c), curvature, point);
        point = fit.point(); // near the next
        double top1 = top1(new CrossEntropy(train, heldOut, classes, c), fit);
        if (best == null || top1 > best.heldOutTop1()) {
          best = new Choice(c, top1);
        }
      }
    }
    return best;
  }

  /**
   * Solves one problem.
   *
   * @throws UserException when it does not come to the tolerance
   */
  static Lbfgs.Minimum solve(CrossEntropy objective, Curvature curvature, double... start) {
    Lbfgs lbfgs =
        new Lbfgs(
            TOLERANCE,
            MOST_ITERATIONS,
            vector -> curvature.inverse(vector, objective.penaltyStrength()));
    Lbfgs.Minimum fit = lbfgs.minimise(objective, start);
    if (!(fit.gradientNorm() <= TOLERANCE)) {
      throw new UserException(
          "the linear classifier with C %s is at a gradient norm of %.1e after %d iterations, which must be %.0e; give a smaller C"
              .formatted(objective.c(), fit.gradientNorm(), fit.iterations(), TOLERANCE));
    }
    return fit;
  }

  private int[] shuffled(int size) {
    int[] images = IntStream.range(0, size).toArray();
    SplittableRandom random = new SplittableRandom(seed);
    for (int i = size - 1; i > 0; i--) {
      int other = random.nextInt(i + 1);
      int image = images[i];
      images[i] = images[other];
      images[other] = image;
    }
    return images;
  }

  private static int[] every(FeatureTable table) {
    return IntStream.range(0, table.size()).toArray();
  }

  private static double top1(CrossEntropy of, Lbfgs.Minimum fit) {
    int[] predicted = of.predictions(fit.point());
    int right = 0;
    for (int i = 0; i < predicted.length; i++) {
      right += predicted[i] == of.label(i) ? 1 : 0;
    }
    return (double) right / predicted.length;
  }

  private static Scores scores(CrossEntropy of, Lbfgs.Minimum fit, List<String> classes) {
    Scores.Counter counter = new Scores.Counter(classes);
    of.forEachBlock(
        fit.point(),
        (from, rows, logits) -> {
          long[] shape = {logits.length / classes.size(), classes.size()};
          int[] labels = IntStream.range(from, from + (int) shape[0]).map(of::label).toArray();
          try (INDArray scores =
              Nd4j.create(logits, shape, new long[] {shape[1], 1}, 'c', DataType.DOUBLE)) {
            counter.add(labels, scores);
          }
        });
    return counter.scores();
  }
}
