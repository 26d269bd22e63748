package dev.mto.executor.parity;

import dev.mto.executor.kernels.ElementType;
import dev.mto.executor.kernels.Kernels;
import dev.mto.executor.kernels.Kernels.LayerNormInputs;
import dev.mto.executor.kernels.Tensor;
import java.util.Arrays;
import java.util.List;

/** What is computed row by row: softmax, layer normalisation, entropies, sums and maxima. */
final class RowParity {
  private static final float EPSILON = 1e-6f;

  private final Kernels kernels;
  private final ModelShapes shapes;
  private final List<ParityResult> results;

  RowParity(Kernels kernels, ModelShapes shapes, List<ParityResult> results) {
    this.kernels = kernels;
    this.shapes = shapes;
    this.results = results;
  }

  void checkAll(boolean narrow) {
    softmax();
    softmaxGradient(false);
    if (narrow) {
      softmaxGradient(true);
    }
    layerNorm();
    layerNormGradient();
    rowEntropy();
    sumsAndMaxima();
  }

  void softmax() {
    try (Checked checked = new Checked(kernels, results)) {
      Tensor x = checked.gaussian(shapes.scoreRows(), shapes.tokens());
      Tensor out = checked.unwritten(x.shape());
      kernels.softmax(x, out).run();
      checked.agrees("softmax", out, softmax(checked.elements(x), shapes.tokens()));
    }
  }

  private void softmaxGradient(boolean narrow) {
    try (Checked checked = new Checked(kernels, results)) {
      int columns = shapes.tokens();
      Tensor y = checked.unwritten(shapes.scoreRows(), columns);
      kernels.softmax(checked.gaussian(y.shape()), y).run();
      Tensor gradient = checked.gaussian(y.shape());
      if (narrow) {
        y = checked.narrow(y);
        gradient = checked.narrow(gradient);
      }
      Tensor out =
          checked.unwritten(narrow ? ElementType.BFLOAT16 : ElementType.FLOAT32, y.shape());
      kernels.softmaxGradient(y, gradient, out).run();
      double[] p = checked.elements(y);
      double[] g = checked.elements(gradient);
      double[] expected = new double[p.length];
      for (int row = 0; row < p.length; row += columns) {
        double sum = 0;
        for (int i = row; i < row + columns; i++) {
          sum += p[i] * g[i];
        }
        for (int i = row; i < row + columns; i++) {
          expected[i] = p[i] * (g[i] - sum);
        }
      }
      checked.agrees("gradient of softmax" + (narrow ? " of bfloat16" : ""), out, expected);
    }
  }

  void layerNorm() {
    try (Checked checked = new Checked(kernels, results)) {
      Normalised n = new Normalised(checked, shapes);
      checked.agrees("layer normalisation", n.out, n.expected());
    }
  }

  private void layerNormGradient() {
    try (Checked checked = new Checked(kernels, results)) {
      Normalised n = new Normalised(checked, shapes);
      int columns = shapes.width();
      Tensor gradient = checked.gaussian(n.x.shape());
      Tensor out = checked.unwritten(n.x.shape());
      Tensor toWeight = checked.unwritten(columns);
      Tensor toBias = checked.unwritten(columns);
      kernels
          .layerNormGradient(
              new LayerNormInputs(n.x, n.weight, n.bias, EPSILON, n.mean, n.variance),
              gradient,
              out,
              toWeight,
              toBias)
          .run();
      double[] g = checked.elements(gradient);
      double[] expected = new double[g.length];
      double[] ofWeight = new double[columns];
      double[] ofBias = new double[columns];
      for (int row = 0; row < g.length / columns; row++) {
        double sum = 0;
        double product = 0;
        for (int c = 0; c < columns; c++) {
          int i = row * columns + c;
          ofWeight[c] += g[i] * n.normal(i);
          ofBias[c] += g[i];
          sum += g[i] * n.weights[c] / columns;
          product += g[i] * n.weights[c] * n.normal(i) / columns;
        }
        for (int c = 0; c < columns; c++) {
          int i = row * columns + c;
          expected[i] = n.scale(row) * (g[i] * n.weights[c] - sum - n.normal(i) * product);
        }
      }
      checked.agrees("means of rows", n.mean, n.means);
      checked.agrees("variances of rows", n.variance, n.variances);
      checked.agrees("gradient of layer normalisation", out, expected);
      checked.agrees("gradient to its weight", toWeight, ofWeight);
      checked.agrees("gradient to its bias", toBias, ofBias);
    }
  }

  /** A layer normalisation that was run, and what is known of its rows. */
  private final class Normalised {
    private final Tensor x;
    private final Tensor weight;
    private final Tensor bias;
    private final Tensor out;
    private final Tensor mean;
    private final Tensor variance;
    private final double[] elements;
    private final double[] weights;
    private final double[] biases;
    private final double[] means;
    private final double[] variances;

    Normalised(Checked checked, ModelShapes shapes) {
      int columns = shapes.width();
      x = checked.gaussian(shapes.rows(), columns);
      weight = checked.gaussian(columns);
      bias = checked.gaussian(columns);
      out = checked.unwritten(x.shape());
      mean = checked.unwritten(shapes.rows());
      variance = checked.unwritten(shapes.rows());
      kernels.layerNorm(x, weight, bias, EPSILON, out, mean, variance).run();
      elements = checked.elements(x);
      weights = checked.elements(weight);
      biases = checked.elements(bias);
      means = new double[shapes.rows()];
      variances = new double[shapes.rows()];
      for (int i = 0; i < elements.length; i++) {
        means[i / columns] += elements[i] / columns;
      }
      for (int i = 0; i < elements.length; i++) {
        variances[i / columns] += Math.pow(elements[i] - means[i / columns], 2) / columns;
      }
    }

    double scale(int row) {
      return 1 / Math.sqrt(variances[row] + EPSILON);
    }

    double normal(int i) {
      int row = i / weights.length;
      return (elements[i] - means[row]) * scale(row);
    }

    double[] expected() {
      double[] expected = new double[elements.length];
      for (int i = 0; i < expected.length; i++) {
        int c = i % weights.length;
        expected[i] = normal(i) * weights[c] + biases[c];
      }
      return expected;
    }
  }

  private void rowEntropy() {
    try (Checked checked = new Checked(kernels, results)) {
      int columns = shapes.tokens();
      Tensor scores = checked.gaussian(shapes.rows(), columns);
      Tensor gradient = checked.gaussian(shapes.rows());
      Tensor out = checked.unwritten(shapes.rows());
      Tensor probabilities = checked.unwritten(scores.shape());
      Tensor toScores = checked.unwritten(scores.shape());
      kernels.rowEntropy(scores, out, probabilities).run();
      kernels.rowEntropyGradient(scores, probabilities, out, gradient, toScores).run();
      double[] p = softmax(checked.elements(scores), columns);
      double[] g = checked.elements(gradient);
      double[] entropies = new double[g.length];
      for (int i = 0; i < p.length; i++) {
        entropies[i / columns] -= p[i] * Math.log(p[i]);
      }
      double[] expected = new double[p.length];
      for (int i = 0; i < p.length; i++) {
        int row = i / columns;
        expected[i] = -g[row] * p[i] * (Math.log(p[i]) + entropies[row]);
      }
      checked.agrees("entropy of rows", out, entropies);
      checked.agrees("probabilities of rows", probabilities, p);
      checked.agrees("gradient of the entropy of rows", toScores, expected);
    }
  }

  private void sumsAndMaxima() {
    try (Checked checked = new Checked(kernels, results)) {
      int columns = shapes.width();
      Tensor x = checked.gaussian(shapes.rows(), columns);
      Tensor sum = checked.unwritten(shapes.rows());
      Tensor maximum = checked.unwritten(shapes.rows());
      kernels.rowSum(x, 0.5f, sum).run();
      kernels.rowMaximum(x, maximum).run();
      double[] elements = checked.elements(x);
      double[] sums = new double[shapes.rows()];
      double[] maxima = new double[shapes.rows()];
      Arrays.fill(maxima, Double.NEGATIVE_INFINITY);
      for (int i = 0; i < elements.length; i++) {
        sums[i / columns] += elements[i] / 2;
        maxima[i / columns] = Math.max(maxima[i / columns], elements[i]);
      }
      checked.agrees("sums of rows", sum, sums);
      checked.agrees("maxima of rows", maximum, maxima, 0);
    }
  }

  private static double[] softmax(double[] x, int columns) {
    double[] y = new double[x.length];
    for (int row = 0; row < x.length; row += columns) {
      double sum = 0;
      for (int i = row; i < row + columns; i++) {
        y[i] = Math.exp(x[i]);
        sum += y[i];
      }
      for (int i = row; i < row + columns; i++) {
        y[i] /= sum;
      }
    }
    return y;
  }
}
