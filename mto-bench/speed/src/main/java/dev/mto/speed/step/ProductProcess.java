package dev.mto.speed.step;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.mto.executor.cuda.CudaKernelSets;
import dev.mto.executor.kernels.ElementType;
import dev.mto.executor.kernels.Kernel;
import dev.mto.executor.kernels.KernelSets;
import dev.mto.executor.kernels.Kernels;
import dev.mto.executor.kernels.Kernels.MatrixProduct;
import dev.mto.executor.kernels.Storage;
import dev.mto.executor.kernels.Tensor;
import java.io.IOException;
import java.util.Map;
import org.bytedeco.javacpp.FloatPointer;
import org.bytedeco.javacpp.ShortPointer;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.api.ops.impl.reduce.Mmul;
import org.nd4j.linalg.factory.Nd4j;

/**
 * The process that measures what the machine can do. {@code float32 N}, {@code bfloat16 N} and, on
 * a GPU, {@code tf32 N} make N products of matrices of 2048 x 2048, by OpenBLAS and by our kernels
 * or, where a GPU is chosen, on that, and answer {@code gflops}, the rate of the fastest.
 */
final class ProductProcess {
  private static final int SIDE = 2048;

  private final INDArray a = Nd4j.rand(DataType.FLOAT, SIDE, SIDE);
  private final INDArray b = Nd4j.rand(DataType.FLOAT, SIDE, SIDE);
  private final INDArray product = Nd4j.createUninitialized(DataType.FLOAT, SIDE, SIDE);

  private ProductProcess() {}

  /** Serves commands. */
  public static void main(String[] arguments) throws IOException {
    ChildServer.serve(
        System.in,
        System.out,
        () -> {
          ProductProcess process = new ProductProcess();
          return Map.of(
              "",
              ignored -> ChildServer.answer(),
              "float32",
              process::float32,
              "bfloat16",
              process::bfloat16,
              "tf32",
              ProductProcess::tf32);
        });
  }

  private ObjectNode float32(String count) {
    if (CudaKernelSets.isChosen()) {
      return onGpu(count, ElementType.FLOAT32, false);
    }
    return fastest(count, () -> Nd4j.exec(new Mmul(a, b, product, null)));
  }

  private ObjectNode bfloat16(String count) {
    if (CudaKernelSets.isChosen()) {
      return onGpu(count, ElementType.BFLOAT16, false);
    }
    try (Kernels kernels = KernelSets.fast().orElseThrow();
        ShortPointer narrowA = new ShortPointer(a.length());
        ShortPointer narrowB = new ShortPointer(b.length())) {
      Tensor left = new Tensor(narrowA, SIDE, SIDE);
      Tensor right = new Tensor(narrowB, SIDE, SIDE);
      kernels.cast(tensor(a), left).run();
      kernels.cast(tensor(b), right).run();
      return fastest(
          count,
          kernels.matmul(
              new MatrixProduct(left, false, right, false, 1, null, null), tensor(product)));
    }
  }

  private static ObjectNode tf32(String count) {
    return onGpu(count, ElementType.FLOAT32, true);
  }

  private static ObjectNode onGpu(String count, ElementType type, boolean tf32) {
    try (Kernels kernels = CudaKernelSets.chosen().orElseThrow();
        Storage storage = kernels.memory().allocate("products", 3L * Float.BYTES * SIDE * SIDE)) {
      Tensor left = storage.tensor(type, 0, SIDE, SIDE);
      Tensor right = storage.tensor(type, (long) Float.BYTES * SIDE * SIDE, SIDE, SIDE);
      Tensor out = storage.tensor(ElementType.FLOAT32, 2L * Float.BYTES * SIDE * SIDE, SIDE, SIDE);
      kernels.memory().fill(left, 0.5f);
      kernels.memory().fill(right, 0.25f);
      Kernel product =
          kernels.matmul(new MatrixProduct(left, false, right, false, 1, null, null, tf32), out);
      return fastest(
          count,
          () -> {
            product.run();
            kernels.finish();
          });
    }
  }

  private static Tensor tensor(INDArray matrix) {
    return new Tensor(new FloatPointer(matrix.data().addressPointer()), SIDE, SIDE);
  }

  private static ObjectNode fastest(String count, Kernel kernel) {
    double best = 0;
    for (int i = 0; i < Integer.parseInt(count); i++) {
      long start = System.nanoTime();
      kernel.run();
      best = Math.max(best, 2.0 * SIDE * SIDE * SIDE / (System.nanoTime() - start));
    }
    return ChildServer.answer().put("gflops", best);
  }
}
