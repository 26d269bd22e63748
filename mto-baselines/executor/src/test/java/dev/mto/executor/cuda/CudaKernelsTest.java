package dev.mto.executor.cuda;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mto.executor.kernels.Binary;
import dev.mto.executor.kernels.ElementType;
import dev.mto.executor.kernels.Kernel;
import dev.mto.executor.kernels.KernelSequence;
import dev.mto.executor.kernels.Kernels.LayerNormInputs;
import dev.mto.executor.kernels.Kernels.MatrixProduct;
import dev.mto.executor.kernels.Kernels.Rows;
import dev.mto.executor.kernels.Selection;
import dev.mto.executor.kernels.Storage;
import dev.mto.executor.kernels.Tensor;
import dev.mto.executor.kernels.Unary;
import dev.mto.executor.kernels.Unary.Kind;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIf;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** What kernels for GPUs do beside what those of all processors do. */
@EnabledIf(
    value = "dev.mto.executor.cuda.EmulatedCuda#isPossible",
    disabledReason = EmulatedCuda.NEEDS)
class CudaKernelsTest {
  private CudaKernels kernels;
  private final List<Storage> taken = new ArrayList<>();

  @BeforeEach
  void open() {
    EmulatedCuda.bind();
    kernels = new CudaKernels(new CudaDevice(0));
  }

  @AfterEach
  void close() {
    taken.forEach(Storage::close);
    kernels.close();
  }

  private Tensor allocate(ElementType type, long... shape) {
    Storage storage = kernels.memory().allocate("a test", Tensor.length(shape) * type.bytes());
    taken.add(storage);
    return storage.tensor(type, 0, shape);
  }

  private Tensor tensor(float... elements) {
    Tensor tensor = allocate(ElementType.FLOAT32, 1, elements.length);
    kernels.memory().upload(Nd4j.createFromArray(elements), tensor);
    return tensor;
  }

  private float[] elements(Tensor tensor) {
    INDArray elements = Nd4j.create(DataType.FLOAT, tensor.length());
    kernels.memory().download(tensor, elements);
    return elements.toFloatVector();
  }

  @ParameterizedTest
  @EnumSource(Kind.class)
  void whatIsNoNumberStaysNone(Kind function) {
    Tensor x = tensor(Float.NaN);
    kernels.unary(new Unary(function, 2, 1), x, x).run();
    assertThat(elements(x)).containsExactly(Float.NaN);
  }

  @Test
  void theMaximumOfARowWithWhatIsNoNumberIsNone() {
    Tensor out = allocate(ElementType.FLOAT32, 1);
    float[] row = new float[100];
    for (int at : new int[] {0, 50, 99}) {
      row[at] = Float.NaN;
      kernels.rowMaximum(tensor(row), out).run();
      assertThat(elements(out)).as("at " + at).containsExactly(Float.NaN);
      row[at] = 1;
    }
  }

  @Test
  void narrowNumbersAreTheNearestOrTheEvenOneOfTwo() {
    float step = 1f / 128;
    Tensor x =
        tensor(
            1 + step / 2, 1 + 1.5f * step, -1 - step / 2, 1 + 0.51f * step, Float.MAX_VALUE, -0f);
    assertThat(elements(rounded(x)))
        .containsExactly(1, 1 + 2 * step, -1, 1 + step, Float.POSITIVE_INFINITY, -0f);
  }

  @Test
  void narrowingKeepsWhatIsNoNumberWhereverItsBitsAre() {
    Tensor x =
        tensor(Float.NaN, Float.intBitsToFloat(0x7f800001), Float.intBitsToFloat(0xffffffff));
    assertThat(elements(rounded(x))).containsExactly(Float.NaN, Float.NaN, Float.NaN);
  }

  private Tensor rounded(Tensor x) {
    Tensor narrow = allocate(ElementType.BFLOAT16, x.shape());
    Tensor wide = allocate(ElementType.FLOAT32, x.shape());
    kernels.cast(x, narrow).run();
    kernels.cast(narrow, wide).run();
    return wide;
  }

  /** A megabyte of it is taken at first. */
  @Test
  void scratchMemoryGrowsAndEarlierKernelsKeepTheirs() {
    Kernel small = biased(3, 2);
    Kernel large = biased(700, 500);
    small.run();
    large.run();
    small.run();
    kernels.finish();
  }

  private Kernel biased(int rows, int columns) {
    Tensor a = allocate(ElementType.BFLOAT16, rows, 1);
    Tensor b = allocate(ElementType.BFLOAT16, 1, columns);
    Tensor bias = allocate(ElementType.FLOAT32, columns);
    kernels.memory().fill(a, 2);
    kernels.memory().fill(b, 3);
    kernels.memory().fill(bias, 1);
    Tensor out = allocate(ElementType.BFLOAT16, rows, columns);
    Tensor wide = allocate(ElementType.FLOAT32, rows, columns);
    Kernel product = kernels.matmul(new MatrixProduct(a, false, b, false, 1, bias, null), out);
    Kernel widen = kernels.cast(out, wide);
    return () -> {
      product.run();
      widen.run();
      assertThat(elements(wide)).containsOnly(7);
    };
  }

  @Test
  void anotherThreadMayRunThem() {
    Tensor x = tensor(-2.5f);
    Kernel absolute = kernels.unary(Unary.of(Kind.ABSOLUTE), x, x);
    float[] found =
        CompletableFuture.supplyAsync(
                () -> {
                  absolute.run();
                  return elements(x);
                })
            .join();
    assertThat(found).containsExactly(2.5f);
  }

  @Test
  void productsArePreparedForTheirGpuAfterAnotherWasUsed() {
    Tensor a = tensor(2);
    Tensor x = allocate(ElementType.FLOAT32, 1, 1);
    Tensor bias = allocate(ElementType.FLOAT32, 1);
    kernels.memory().fill(bias, 1);
    try (CudaKernels other = new CudaKernels(new CudaDevice(1));
        Storage storage = other.memory().allocate("a test", 4)) {
      other.memory().fill(storage.tensor(ElementType.FLOAT32, 0, 1), 3);
      kernels.matmul(new MatrixProduct(a, false, a, false, 1, bias, null), x).run();
      assertThat(elements(x)).containsExactly(5);
    }
  }

  @Test
  void kernelsOfTwoGpusTakeTurnsInOneThread() {
    Tensor x = tensor(-2.5f);
    Kernel absolute = kernels.unary(Unary.of(Kind.ABSOLUTE), x, x);
    try (CudaKernels other = new CudaKernels(new CudaDevice(1));
        Storage storage = other.memory().allocate("a test", 4)) {
      Tensor y = storage.tensor(ElementType.FLOAT32, 0, 1);
      assertThat(EmulatedCuda.bind().bytes(1)).isGreaterThan(4);
      other.memory().fill(y, 3);
      absolute.run();
      INDArray found = Nd4j.create(DataType.FLOAT, 1);
      other.memory().download(y, found);
      assertThat(found.getFloat(0)).isEqualTo(3);
      assertThat(elements(x)).containsExactly(2.5f);
    }
  }

  /** As of a mask that leaves nothing. */
  @Test
  void whereThereIsNothingNothingIsDone() {
    long[] none = {0, 4};
    Tensor x = allocate(ElementType.FLOAT32, 4).at(0, none);
    Tensor columns = tensor(1, 2, 3, 4).at(0, 4);
    Tensor toWeight = tensor(5, 5, 5, 5).at(0, 4);
    Tensor toBias = tensor(5, 5, 5, 5).at(0, 4);
    Tensor sums = tensor(5, 5).at(0, 2);
    Selection nobody = new Selection(1, 0, 3);
    Tensor rows = tensor(5, 5, 5, 5, 5, 5).at(0, 1, 3, 2);
    List<Kernel> all =
        List.of(
            kernels.unary(Unary.of(Kind.GELU), x, x),
            kernels.binary(Binary.ADD, x, columns.at(0, 1, 4), x),
            kernels.softmax(x, x),
            kernels.rowSum(x, 1, x),
            kernels.rowSum(x.at(0, 2, 0), 1, sums),
            kernels.permute(x, new int[] {1, 0}, x),
            kernels.copyRows(new Rows(x, 0, 4), new Rows(x, 0, 4), 0, 4),
            kernels.matmul(
                new MatrixProduct(x, false, columns.at(0, 4, 1), false, 1, null, null), x),
            kernels.layerNormGradient(
                new LayerNormInputs(x, columns, columns, 1e-6f, x, x), x, x, toWeight, toBias),
            kernels.gather(nobody, rows, x.at(0, 1, 0, 2)),
            kernels.scatter(nobody, x.at(0, 1, 0, 2), rows));
    try (KernelSequence sequence = kernels.together(all)) {
      sequence.run();
      sequence.run();
    }
    assertThat(elements(toWeight)).containsOnly(0);
    assertThat(elements(toBias)).containsOnly(0);
    assertThat(elements(sums)).containsOnly(0);
    assertThat(elements(rows)).containsOnly(0);
  }
}
