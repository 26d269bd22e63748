package dev.mto.executor.parity;

import dev.mto.executor.kernels.Kernels;
import dev.mto.executor.kernels.Tensor;
import dev.mto.executor.kernels.Updates;
import dev.mto.executor.kernels.Updates.AdamWStep;
import dev.mto.executor.kernels.Updates.LarsStep;
import dev.mto.executor.kernels.Updates.Moved;
import java.util.ArrayList;
import java.util.List;

/** What training does after a backward pass, on a weight and on a bias together. */
final class UpdateParity {
  private static final AdamWStep STEP = new AdamWStep(0.9, 0.95, 1e-3f, 1.5f, 0.98f, 0.125f);

  private final Kernels kernels;
  private final Updates updates;
  private final ModelShapes shapes;
  private final List<ParityResult> results;

  UpdateParity(Kernels kernels, Updates updates, ModelShapes shapes, List<ParityResult> results) {
    this.kernels = kernels;
    this.updates = updates;
    this.shapes = shapes;
    this.results = results;
  }

  void checkAll() {
    accumulate();
    adamW();
    lars();
    movingAverage();
  }

  private List<Tensor> pair(Checked checked) {
    return List.of(
        checked.gaussian(shapes.width(), shapes.hidden()), checked.gaussian(shapes.hidden()));
  }

  private void accumulate() {
    try (Checked checked = new Checked(kernels, results)) {
      List<Tensor> sums = new ArrayList<>();
      List<Tensor> first = pair(checked);
      List<Tensor> second = pair(checked);
      first.forEach(x -> sums.add(checked.unwritten(x.shape())));
      updates.accumulate(sums, first, 0.5f, false);
      updates.accumulate(sums, second, 0.5f, true);
      for (int t = 0; t < sums.size(); t++) {
        double[] expected = checked.elements(first.get(t));
        double[] added = checked.elements(second.get(t));
        for (int i = 0; i < expected.length; i++) {
          expected[i] = 0.5 * (expected[i] + added[i]);
        }
        checked.agrees("accumulation", sums.get(t), expected);
      }
    }
  }

  private void adamW() {
    try (Checked checked = new Checked(kernels, results)) {
      List<Tensor> parameters = pair(checked);
      List<Tensor> means = pair(checked);
      List<Tensor> squares = means.stream().map(mean -> checked.positive(mean.shape())).toList();
      List<Tensor> gradients = pair(checked);
      List<double[]> p = parameters.stream().map(checked::elements).toList();
      List<double[]> m = means.stream().map(checked::elements).toList();
      List<double[]> v = squares.stream().map(checked::elements).toList();
      Tensor clip = checked.unwritten(2);
      updates.clipFactor(gradients, checked.uploaded(new float[] {1}, 1), 2, clip);
      List<Moved> moved = new ArrayList<>();
      double norm = 0;
      for (int t = 0; t < parameters.size(); t++) {
        moved.add(new Moved(parameters.get(t), means.get(t), squares.get(t), gradients.get(t)));
        for (double g : checked.elements(gradients.get(t))) {
          norm += g * g;
        }
      }
      norm = Math.sqrt(norm);
      double factor = Math.min(1, 2 / (norm + 1e-6));
      checked.agrees("norm and factor of clipping", clip, new double[] {norm, factor});
      updates.adamW(moved, clip, STEP);
      for (int t = 0; t < moved.size(); t++) {
        double[] g = checked.elements(gradients.get(t));
        double[] mean = m.get(t);
        double[] square = v.get(t);
        double[] parameter = p.get(t);
        for (int i = 0; i < g.length; i++) {
          double gradient = factor * g[i];
          mean[i] = 0.9 * mean[i] + 0.1 * gradient;
          square[i] = 0.95 * square[i] + 0.05 * gradient * gradient;
          parameter[i] =
              0.98 * parameter[i] - 0.125 * mean[i] / (Math.sqrt(square[i]) * 1.5 + 1e-3);
        }
        checked.agrees("AdamW's means", means.get(t), mean);
        checked.agrees("AdamW's mean squares", squares.get(t), square);
        checked.agrees("AdamW's parameters", parameters.get(t), parameter);
      }
    }
  }

  private void lars() {
    try (Checked checked = new Checked(kernels, results)) {
      List<Tensor> parameters = pair(checked);
      List<Tensor> momenta = pair(checked);
      List<Tensor> gradients = pair(checked);
      Tensor clip = checked.uploaded(new float[] {1, 0.5f}, 2);
      for (int t = 0; t < parameters.size(); t++) {
        double[] p = checked.elements(parameters.get(t));
        double[] m = checked.elements(momenta.get(t));
        double[] g = checked.elements(gradients.get(t));
        double squaresOfP = 0;
        double squaresOfG = 0;
        for (int i = 0; i < p.length; i++) {
          g[i] = 0.5 * g[i] + 0.25 * p[i];
          squaresOfP += p[i] * p[i];
          squaresOfG += g[i] * g[i];
        }
        double ratio = 2 * Math.sqrt(squaresOfP / squaresOfG);
        for (int i = 0; i < p.length; i++) {
          m[i] = 0.75 * m[i] + ratio * g[i];
          p[i] -= 0.125 * m[i];
        }
        updates.lars(
            parameters.get(t),
            momenta.get(t),
            gradients.get(t),
            clip,
            new LarsStep(0.75f, 2, 0.25f, 0.125f));
        checked.agrees("LARS's momenta", momenta.get(t), m);
        checked.agrees("LARS's parameters", parameters.get(t), p);
      }
    }
  }

  private void movingAverage() {
    try (Checked checked = new Checked(kernels, results)) {
      List<Tensor> teacher = pair(checked);
      List<Tensor> student = pair(checked);
      List<double[]> before = teacher.stream().map(checked::elements).toList();
      updates.movingAverage(teacher, student, 0.75f, 0.25f);
      for (int t = 0; t < teacher.size(); t++) {
        double[] expected = before.get(t);
        double[] taken = checked.elements(student.get(t));
        for (int i = 0; i < expected.length; i++) {
          expected[i] = 0.75 * expected[i] + 0.25 * taken[i];
        }
        checked.agrees("moving average", teacher.get(t), expected);
      }
    }
  }
}
