package dev.mto.executor.cuda;

import dev.mto.executor.kernels.ElementType;
import dev.mto.executor.kernels.Kernels.MatrixProduct;
import dev.mto.executor.kernels.Storage;
import dev.mto.executor.kernels.Tensor;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * A few kernels run on a GPU, against the same in double arithmetic on the host. The differences
 * are relative to the largest element.
 */
public final class CudaSelfTest {
  private static final int ROWS = 197; // tokens of an image of 224 px
  private static final int WIDTH = 192;
  private static final float EPSILON = 1e-6f;

  /** Sums of {@value #WIDTH} products in float32 differ by less, in any order. */
  private static final double ALLOWED = 1e-5;

  private final CudaKernels kernels;
  private final Storage storage;
  private final List<Result> results = new ArrayList<>();
  private long used;

  /**
   * What a kernel did.
   *
   * @param what kernel
   * @param error largest difference from the host's result, relative to its largest element
   */
  public record Result(String what, double error) {
    /** Whether the error is one of rounding. */
    public boolean passed() {
      return error <= ALLOWED; // not for one that is no number
    }

    @Override
    public String toString() {
      return String.format(
          Locale.ROOT, "%s %s (%.1e)", what, passed() ? "agrees" : "is WRONG", error);
    }
  }

  private CudaSelfTest(CudaKernels kernels, Storage storage) {
    this.kernels = kernels;
    this.storage = storage;
  }

  /**
   * Runs them, in about a second and, where the kernels have to be compiled, some more.
   *
   * @throws CudaException when the GPU fails
   */
  public static List<Result> of(CudaGpu gpu) {
    try (CudaKernels kernels = new CudaKernels(new CudaDevice(gpu.ordinal()));
        Storage storage = kernels.memory().allocate("the self test", 8L << 20)) {
      CudaSelfTest test = new CudaSelfTest(kernels, storage);
      test.product();
      test.softmax();
      test.layerNorm();
      return test.results;
    }
  }

  private void product() {
    float[] a = gaussian(ROWS * WIDTH);
    float[] b = gaussian(WIDTH * WIDTH);
    Tensor out = tensor(ROWS, WIDTH);
    kernels
        .matmul(
            new MatrixProduct(
                uploaded(a, ROWS, WIDTH), false, uploaded(b, WIDTH, WIDTH), true, 1, null, null),
            out)
        .run();
    double[] expected = new double[ROWS * WIDTH];
    for (int i = 0; i < expected.length; i++) {
      for (int k = 0; k < WIDTH; k++) {
        expected[i] += (double) a[i / WIDTH * WIDTH + k] * b[i % WIDTH * WIDTH + k];
      }
    }
    compare("product", out, expected);
  }

  private void softmax() {
    float[] x = gaussian(ROWS * WIDTH);
    Tensor out = tensor(ROWS, WIDTH);
    kernels.softmax(uploaded(x, ROWS, WIDTH), out).run();
    double[] expected = new double[x.length];
    for (int row = 0; row < x.length; row += WIDTH) {
      double sum = 0;
      for (int i = row; i < row + WIDTH; i++) {
        expected[i] = Math.exp(x[i]);
        sum += expected[i];
      }
      for (int i = row; i < row + WIDTH; i++) {
        expected[i] /= sum;
      }
    }
    compare("softmax", out, expected);
  }

  private void layerNorm() {
    float[] x = gaussian(ROWS * WIDTH);
    float[] weight = gaussian(WIDTH);
    float[] bias = gaussian(WIDTH);
    Tensor out = tensor(ROWS, WIDTH);
    kernels
        .layerNorm(
            uploaded(x, ROWS, WIDTH),
            uploaded(weight, WIDTH),
            uploaded(bias, WIDTH),
            EPSILON,
            out,
            tensor(ROWS),
            tensor(ROWS))
        .run();
    double[] expected = new double[x.length];
    for (int row = 0; row < x.length; row += WIDTH) {
      double mean = 0;
      double square = 0;
      for (int i = row; i < row + WIDTH; i++) {
        mean += x[i] / (double) WIDTH;
        square += (double) x[i] * x[i] / WIDTH;
      }
      double scale = 1 / Math.sqrt(square - mean * mean + EPSILON);
      for (int i = 0; i < WIDTH; i++) {
        expected[row + i] = (x[row + i] - mean) * scale * weight[i] + bias[i];
      }
    }
    compare("layer normalisation", out, expected);
  }

  private void compare(String what, Tensor found, double[] expected) {
    INDArray elements = Nd4j.create(DataType.FLOAT, expected.length);
    kernels.memory().download(found, elements);
    double largest = 0;
    double error = 0;
    for (int i = 0; i < expected.length; i++) {
      largest = Math.max(largest, Math.abs(expected[i]));
      error = Math.max(error, Math.abs(elements.getFloat(i) - expected[i])); // NaN stays
    }
    results.add(new Result(what, error / largest));
  }

  private Tensor uploaded(float[] elements, long... shape) {
    Tensor tensor = tensor(shape);
    kernels.memory().upload(Nd4j.createFromArray(elements), tensor);
    return tensor;
  }

  private Tensor tensor(long... shape) {
    Tensor tensor = storage.tensor(ElementType.FLOAT32, used, shape);
    used += (tensor.length() * Float.BYTES + 255) / 256 * 256;
    return tensor;
  }

  private float[] gaussian(int count) {
    Random random = new Random(count + used);
    float[] elements = new float[count];
    for (int i = 0; i < count; i++) {
      elements[i] = (float) random.nextGaussian();
    }
    return elements;
  }
}
