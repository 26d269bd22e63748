package dev.mto.executor.parity;

import dev.mto.executor.kernels.ElementType;
import dev.mto.executor.kernels.Kernels;
import dev.mto.executor.kernels.Kernels.MatrixProduct;
import dev.mto.executor.kernels.Tensor;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;

/** Products of linear layers and of attention, forward and backward. */
final class ProductParity {
  private final Kernels kernels;
  private final ModelShapes shapes;
  private final List<ParityResult> results;

  ProductParity(Kernels kernels, ModelShapes shapes, List<ParityResult> results) {
    this.kernels = kernels;
    this.shapes = shapes;
    this.results = results;
  }

  void checkAll(boolean narrow) {
    linear();
    linearGradients();
    attention();
    columnSums();
    if (narrow) {
      tf32Linear();
      narrowLinear();
    }
  }

  /** Rows times a weight, with a bias, and with what is added to it. */
  void linear() {
    try (Checked checked = new Checked(kernels, results)) {
      Tensor x = checked.gaussian(shapes.rows(), shapes.width());
      Tensor weight = checked.gaussian(shapes.width(), shapes.hidden());
      Tensor bias = checked.gaussian(shapes.hidden());
      Tensor addend = checked.gaussian(shapes.rows(), shapes.hidden());
      Tensor out = checked.unwritten(shapes.rows(), shapes.hidden());
      kernels.matmul(new MatrixProduct(x, false, weight, false, 1, bias, addend), out).run();
      double[] expected = product(checked, x, false, weight, false, 1);
      double[] ofBias = checked.elements(bias);
      double[] ofAddend = checked.elements(addend);
      for (int i = 0; i < expected.length; i++) {
        expected[i] += ofBias[i % ofBias.length] + ofAddend[i];
      }
      checked.agrees("product", out, expected);
    }
  }

  private void linearGradients() {
    try (Checked checked = new Checked(kernels, results)) {
      Tensor x = checked.gaussian(shapes.rows(), shapes.width());
      Tensor weight = checked.gaussian(shapes.width(), shapes.hidden());
      Tensor gradient = checked.gaussian(shapes.rows(), shapes.hidden());
      plain(checked, "product with a transposed weight", gradient, false, weight, true, 1);
      plain(checked, "product of transposed rows", x, true, gradient, false, 1);
    }
  }

  private void attention() {
    try (Checked checked = new Checked(kernels, results)) {
      long[] ofHeads = {shapes.images(), shapes.heads(), shapes.tokens(), shapes.headWidth()};
      Tensor query = checked.gaussian(ofHeads);
      Tensor key = checked.gaussian(ofHeads);
      Tensor scores =
          plain(
              checked,
              "scaled products of heads",
              query,
              false,
              key,
              true,
              (float) (1 / Math.sqrt(shapes.headWidth())));
      plain(checked, "products of heads", scores, false, key, false, 1);
      plain(checked, "products of transposed heads", scores, true, key, false, 1);
    }
  }

  private void columnSums() {
    try (Checked checked = new Checked(kernels, results)) {
      float[] ones = new float[shapes.rows()];
      Arrays.fill(ones, 1);
      Tensor row = checked.uploaded(ones, 1, shapes.rows());
      Tensor x = checked.gaussian(shapes.rows(), shapes.width());
      plain(checked, "sums of columns", row, false, x, false, 1);
    }
  }

  private Tensor plain(
      Checked checked,
      String name,
      Tensor a,
      boolean transposeA,
      Tensor b,
      boolean transposeB,
      float scale) {
    long[] shape = a.shape().clone();
    int last = shape.length - 1;
    shape[last - 1] = a.shape()[transposeA ? last : last - 1];
    shape[last] = b.shape()[transposeB ? last - 1 : last];
    Tensor out = checked.unwritten(shape);
    kernels.matmul(new MatrixProduct(a, transposeA, b, transposeB, scale, null, null), out).run();
    checked.agrees(name, out, product(checked, a, transposeA, b, transposeB, scale));
    return out;
  }

  /** Operands of float32 that the processor may round. */
  private void tf32Linear() {
    try (Checked checked = new Checked(kernels, results)) {
      Tensor x = checked.gaussian(shapes.rows(), shapes.width());
      Tensor weight = checked.gaussian(shapes.width(), shapes.hidden());
      Tensor out = checked.unwritten(shapes.rows(), shapes.hidden());
      kernels.matmul(new MatrixProduct(x, false, weight, false, 1, null, null, true), out).run();
      double[] expected = product(checked, x, false, weight, false, 1);
      checked.agrees("product by TF32", out, expected, Checked.TF32);
    }
  }

  /** Operands of bfloat16; sums of float32, and those rounded with their bias. */
  private void narrowLinear() {
    try (Checked checked = new Checked(kernels, results)) {
      Tensor x = checked.narrow(checked.gaussian(shapes.rows(), shapes.width()));
      Tensor weight = checked.narrow(checked.gaussian(shapes.width(), shapes.hidden()));
      Tensor bias = checked.gaussian(shapes.hidden());
      Tensor wide = checked.unwritten(shapes.rows(), shapes.hidden());
      Tensor narrow = checked.unwritten(ElementType.BFLOAT16, shapes.rows(), shapes.hidden());
      kernels.matmul(new MatrixProduct(x, false, weight, false, 1, null, null), wide).run();
      kernels.matmul(new MatrixProduct(x, false, weight, false, 1, bias, null), narrow).run();
      double[] expected = product(checked, x, false, weight, false, 1);
      checked.agrees("product of bfloat16", wide, expected);
      double[] ofBias = checked.elements(bias);
      for (int i = 0; i < expected.length; i++) {
        expected[i] += ofBias[i % ofBias.length];
      }
      checked.agrees("product of bfloat16 with bias, rounded", narrow, expected);
    }
  }

  /** {@code scale * op(a)·op(b)} of each matrix of a batch. */
  private static double[] product(
      Checked checked, Tensor a, boolean transposeA, Tensor b, boolean transposeB, double scale) {
    int last = a.shape().length - 1;
    int rows = (int) a.shape()[transposeA ? last : last - 1];
    int inner = (int) a.shape()[transposeA ? last - 1 : last];
    int columns = (int) b.shape()[transposeB ? last - 1 : last];
    double[] left = checked.elements(a);
    double[] right = checked.elements(b);
    double[] result = new double[left.length / inner * columns];
    IntStream.range(0, result.length / columns)
        .parallel()
        .forEach(
            row -> {
              int matrix = row / rows;
              int i = row % rows;
              for (int k = 0; k < inner; k++) {
                double x =
                    left[matrix * rows * inner + (transposeA ? k * rows + i : i * inner + k)];
                for (int j = 0; j < columns; j++) {
                  int at = transposeB ? j * inner + k : k * columns + j;
                  result[row * columns + j] += scale * x * right[matrix * inner * columns + at];
                }
              }
            });
    return result;
  }
}
