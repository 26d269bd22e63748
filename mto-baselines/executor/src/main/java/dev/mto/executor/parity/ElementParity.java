package dev.mto.executor.parity;

import dev.mto.executor.kernels.Binary;
import dev.mto.executor.kernels.ElementType;
import dev.mto.executor.kernels.Kernels;
import dev.mto.executor.kernels.Tensor;
import dev.mto.executor.kernels.Unary;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/** Functions of elements and their gradients, and conversions. */
final class ElementParity {
  private static final double ALPHA = 1.5;
  private static final double BETA = -0.25;

  private final Kernels kernels;
  private final ModelShapes shapes;
  private final List<ParityResult> results;

  ElementParity(Kernels kernels, ModelShapes shapes, List<ParityResult> results) {
    this.kernels = kernels;
    this.shapes = shapes;
    this.results = results;
  }

  void checkAll(boolean narrow) {
    for (Unary.Kind kind : Unary.Kind.values()) {
      unary(
          switch (kind) {
            case LINEAR -> Unary.linear(ALPHA, BETA);
            case RECIPROCAL -> Unary.reciprocal(ALPHA);
            default -> Unary.of(kind);
          },
          false);
    }
    if (narrow) {
      unary(Unary.of(Unary.Kind.GELU), true);
      casts();
    }
    for (Binary function : Binary.values()) {
      binary(function);
    }
    multiplyAdd();
  }

  private void unary(Unary function, boolean narrow) {
    try (Checked checked = new Checked(kernels, results)) {
      long[] shape = {shapes.rows(), shapes.hidden()};
      Tensor x = checked.positive(shape);
      Tensor gradient = checked.gaussian(shape);
      if (function.kind() != Unary.Kind.LOG && function.kind() != Unary.Kind.SQUARE_ROOT) {
        kernels.binary(Binary.SUBTRACT, x, checked.uploaded(new float[] {0.6f}, 1, 1), x).run();
        away(checked, x);
      }
      ElementType type = narrow ? ElementType.BFLOAT16 : ElementType.FLOAT32;
      if (narrow) {
        x = checked.narrow(x);
        gradient = checked.narrow(gradient);
      }
      String name = function.kind().name().toLowerCase(Locale.ROOT).replace('_', ' ');
      name += narrow ? " of bfloat16" : "";
      double[] elements = checked.elements(x);
      Tensor out = checked.unwritten(type, shape);
      kernels.unary(function, x, out).run();
      checked.agrees(
          name, out, Arrays.stream(elements).map(e -> Formulas.value(function, e)).toArray());
      if (function.kind() != Unary.Kind.TRUNCATE) {
        Tensor toX = checked.unwritten(type, shape);
        kernels.unaryGradient(function, x, gradient, toX).run();
        double[] expected = checked.elements(gradient);
        for (int i = 0; i < expected.length; i++) {
          expected[i] *= Formulas.slope(function, elements[i]);
        }
        checked.agrees("gradient of " + name, toX, expected);
      }
    }
  }

  /** Keeps elements away from 0, where some functions have poles and corners. */
  private void away(Checked checked, Tensor x) {
    double[] elements = checked.elements(x);
    float[] moved = new float[elements.length];
    for (int i = 0; i < moved.length; i++) {
      moved[i] = (float) (elements[i] < 0 ? elements[i] - 0.2 : elements[i] + 0.2);
    }
    Tensor other = checked.uploaded(moved, x.shape());
    kernels.unary(Unary.linear(1, 0), other, x).run();
  }

  private void casts() {
    try (Checked checked = new Checked(kernels, results)) {
      Tensor x = checked.gaussian(shapes.rows(), shapes.width());
      Tensor narrow = checked.unwritten(ElementType.BFLOAT16, x.shape());
      kernels.cast(x, narrow).run();
      checked.agrees("cast to bfloat16", narrow, checked.elements(x));
    }
  }

  private void binary(Binary function) {
    try (Checked checked = new Checked(kernels, results)) {
      Tensor a = checked.gaussian(shapes.images(), shapes.tokens(), shapes.width());
      Tensor b = checked.positive(1, shapes.tokens(), shapes.width());
      Tensor out = checked.unwritten(a.shape());
      kernels.binary(function, a, b, out).run();
      double[] left = checked.elements(a);
      double[] right = checked.elements(b);
      double[] expected = new double[left.length];
      for (int i = 0; i < left.length; i++) {
        expected[i] = Formulas.value(function, left[i], right[i % right.length]);
      }
      checked.agrees(function.name().toLowerCase(Locale.ROOT) + " repeated", out, expected);
    }
  }

  private void multiplyAdd() {
    try (Checked checked = new Checked(kernels, results)) {
      Tensor a = checked.gaussian(shapes.images(), shapes.tokens(), shapes.width());
      Tensor b = checked.gaussian(shapes.images(), 1, 1);
      Tensor c = checked.gaussian(a.shape());
      Tensor out = checked.unwritten(a.shape());
      kernels.multiplyAdd(a, b, c, out).run();
      double[] expected = checked.elements(a);
      double[] factors = checked.elements(b);
      double[] added = checked.elements(c);
      for (int i = 0; i < expected.length; i++) {
        expected[i] = expected[i] * factors[i / (expected.length / factors.length)] + added[i];
      }
      checked.agrees("multiply and add", out, expected);
    }
  }
}
