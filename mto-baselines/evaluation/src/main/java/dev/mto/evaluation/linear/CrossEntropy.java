package dev.mto.evaluation.linear;

import dev.mto.engine.encoder.FeatureTable;
import java.util.Arrays;
import java.util.function.ObjIntConsumer;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * The objective of multinomial logistic regression: the mean of -ln softmax(x W + b)[y] over
 * images, in nats, plus |W|² / (2 C n). That is scikit-learn's {@code LogisticRegression} divided
 * by C n; as there, b is not penalised. Computed in float64, a block of images at a time.
 */
final class CrossEntropy implements Objective {
  private static final int BLOCK = 4096;

  private final FeatureTable features;
  private final int[] images;
  private final int classes;
  private final double c;

  /**
   * The objective on some images.
   *
   * @param features of all images [N, D]
   * @param images which of them count, n
   * @param classes K
   * @param c inverse strength C of the penalty
   */
  CrossEntropy(FeatureTable features, int[] images, int classes, double c) {
    this.features = features;
    this.images = images.clone();
    this.classes = classes;
    this.c = c;
  }

  /** Width of a feature, D. */
  int dim() {
    return features.dim();
  }

  /** How many images count, n. */
  int size() {
    return images.length;
  }

  /** K. */
  int classes() {
    return classes;
  }

  /** C. */
  double c() {
    return c;
  }

  /** The label of one of the images that count. */
  int label(int place) {
    return features.label(images[place]);
  }

  /** How many: weights [D, K] in c order, then K biases. */
  int variables() {
    return (features.dim() + 1) * classes;
  }

  @Override
  public double at(double[] point, double[] gradient) {
    double[] value = {penalty(point, gradient)};
    forEachBlock(
        point,
        (from, rows, products) -> {
          for (int i = 0; i < products.length; i += classes) {
            int label = label(from + i / classes);
            value[0] += residuals(products, i, label) / images.length;
          }
          addGradient(rows, products, gradient);
        });
    return value[0];
  }

  /** 1/(C n). */
  double penaltyStrength() {
    return 1 / (c * images.length);
  }

  /** The penalty; sets the gradient to its. */
  private double penalty(double[] point, double... gradient) {
    double strength = penaltyStrength();
    int weights = features.dim() * classes;
    double squares = 0;
    Arrays.fill(gradient, 0);
    for (int i = 0; i < weights; i++) {
      gradient[i] = strength * point[i];
      squares += point[i] * point[i];
    }
    return strength * squares / 2;
  }

  /**
   * Turns an image's logits, from {@code at} on, into softmax less the one-hot label.
   *
   * @return its loss
   */
  private double residuals(double[] logits, int at, int label) {
    double largest = Double.NEGATIVE_INFINITY;
    for (int k = at; k < at + classes; k++) {
      largest = Math.max(largest, logits[k]);
    }
    double own = logits[at + label] - largest;
    double sum = 0;
    for (int k = at; k < at + classes; k++) {
      logits[k] = Math.exp(logits[k] - largest);
      sum += logits[k];
    }
    for (int k = at; k < at + classes; k++) {
      logits[k] /= sum;
    }
    logits[at + label] -= 1;
    return Math.log(sum) - own;
  }

  private void addGradient(INDArray rows, double[] residuals, double... gradient) {
    int bias = features.dim() * classes;
    try (INDArray errors = matrix(residuals, classes);
        INDArray product = rows.transpose().mmul(errors)) {
      double[] sums = product.dup('c').data().asDouble();
      for (int i = 0; i < bias; i++) {
        gradient[i] += sums[i] / images.length;
      }
    }
    for (int i = 0; i < residuals.length; i++) {
      gradient[bias + i % classes] += residuals[i] / images.length;
    }
  }

  /** Classes of highest logit, of the images in order. */
  int[] predictions(double... point) {
    int[] predictions = new int[images.length];
    forEachBlock(
        point,
        (from, rows, logits) -> {
          for (int i = 0; i < logits.length; i += classes) {
            int best = 0;
            for (int k = 1; k < classes; k++) {
              best = logits[i + k] > logits[i + best] ? k : best;
            }
            predictions[from + i / classes] = best;
          }
        });
    return predictions;
  }

  /** What is done with the logits of a block of images. */
  interface Block {
    /**
     * A block.
     *
     * @param from place of its first image among all
     * @param rows features [n, D], float64
     * @param logits x W + b [n, K] in c order, may be overwritten
     */
    void use(int from, INDArray rows, double[] logits);
  }

  /** Computes logits of all images, block by block. */
  void forEachBlock(double[] point, Block block) {
    int bias = features.dim() * classes;
    try (INDArray weights = matrix(Arrays.copyOf(point, bias), classes)) {
      forEachRows(
          (rows, from) -> {
            try (INDArray products = rows.mmul(weights)) {
              double[] logits = products.dup('c').data().asDouble();
              for (int i = 0; i < logits.length; i++) {
                logits[i] += point[bias + i % classes];
              }
              block.use(from, rows, logits);
            }
          });
    }
  }

  /** Features of all images [n, D] in float64, block by block, from the given place on. */
  void forEachRows(ObjIntConsumer<INDArray> use) {
    for (int from = 0; from < images.length; from += BLOCK) {
      int[] some = Arrays.copyOfRange(images, from, Math.min(images.length, from + BLOCK));
      try (INDArray pulled = features.rows(some);
          INDArray rows = pulled.castTo(DataType.DOUBLE)) {
        use.accept(rows, from);
      }
    }
  }

  /** [values / classes, classes] in float64. */
  static INDArray matrix(double[] values, int classes) {
    long[] shape = {values.length / classes, classes};
    return Nd4j.create(values, shape, new long[] {classes, 1}, 'c', DataType.DOUBLE);
  }
}
