package dev.mto.speed.gpu;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.mto.executor.cuda.CudaGpu;
import dev.mto.executor.cuda.CudaKernelSets;
import dev.mto.executor.kernels.ElementType;
import dev.mto.executor.kernels.Kernel;
import dev.mto.executor.kernels.Kernels;
import dev.mto.executor.kernels.Kernels.MatrixProduct;
import dev.mto.executor.kernels.Storage;
import dev.mto.executor.kernels.Tensor;
import dev.mto.executor.parity.KernelParity;
import dev.mto.executor.parity.ParityResult;
import dev.mto.speed.step.ChildServer;
import java.io.IOException;
import java.util.Map;

/**
 * The process that runs kernels alone. {@code parity} compares all of them with double; {@code
 * rates} answers the rates of products in TFLOP/s, the fastest of some times ten that are waited
 * for together.
 */
final class KernelProcess {
  private static final int ROUNDS = 5;
  private static final int TOGETHER = 10;

  private final Workload workload;

  private KernelProcess(Workload workload) {
    this.workload = workload;
  }

  /**
   * Serves commands.
   *
   * @param arguments {@code quick}, or else the full workload is taken
   */
  public static void main(String[] arguments) throws IOException {
    ChildServer.serve(
        System.in,
        System.out,
        () -> {
          KernelProcess process =
              new KernelProcess(arguments[0].equals("quick") ? Workload.QUICK : Workload.FULL);
          return Map.of(
              "",
              ignored -> ChildServer.answer(),
              "parity",
              ignored -> process.parity(),
              "rates",
              process::rates);
        });
  }

  private static Kernels kernels() {
    return CudaKernelSets.chosen().orElseThrow();
  }

  private ObjectNode parity() {
    ObjectNode answer = ChildServer.answer();
    ArrayNode results = answer.putArray("kernels");
    boolean narrow = CudaKernelSets.chosenGpu().map(CudaGpu::multipliesBfloat16).orElse(false);
    try (Kernels kernels = kernels()) {
      for (ParityResult result : KernelParity.of(kernels, workload.kernels(), narrow)) {
        results
            .addObject()
            .put("kernel", result.kernel())
            .put("shape", result.shape())
            .put("error", result.error())
            .put("bound", result.bound())
            .put("passed", result.passed());
      }
    }
    return answer;
  }

  private ObjectNode rates(String precision) {
    ElementType type = precision.equals("bfloat16") ? ElementType.BFLOAT16 : ElementType.FLOAT32;
    boolean tf32 = precision.equals("tf32");
    ObjectNode answer = ChildServer.answer();
    ArrayNode rates = answer.putArray("products");
    try (Kernels kernels = kernels()) {
      for (Workload.Product product : workload.products()) {
        rates
            .addObject()
            .put("what", product.what())
            .put("batch", product.batch())
            .put("m", product.m())
            .put("n", product.n())
            .put("k", product.k())
            .put("tflops", product.flop() / nanoseconds(kernels, product, type, tf32) / 1e3);
      }
    }
    return answer;
  }

  /** Of the fastest product. */
  private static double nanoseconds(
      Kernels kernels, Workload.Product p, ElementType type, boolean tf32) {
    long ofA = (long) p.batch() * p.m() * p.k();
    long ofB = (long) p.batch() * p.k() * p.n();
    long ofOut = (long) p.batch() * p.m() * p.n();
    try (Storage a = kernels.memory().allocate("an operand", ofA * type.bytes());
        Storage b = kernels.memory().allocate("an operand", ofB * type.bytes());
        Storage out = kernels.memory().allocate("a product", ofOut * Float.BYTES)) {
      Tensor left = a.tensor(type, 0, p.batch(), p.m(), p.k());
      Tensor right = b.tensor(type, 0, p.batch(), p.k(), p.n());
      kernels.memory().fill(left, 0.5f);
      kernels.memory().fill(right, 0.25f);
      Kernel product =
          kernels.matmul(
              new MatrixProduct(left, false, right, false, 1, null, null, tf32),
              out.tensor(ElementType.FLOAT32, 0, p.batch(), p.m(), p.n()));
      double fastest = Double.POSITIVE_INFINITY;
      for (int round = 0; round <= ROUNDS; round++) { // the first also warms up
        kernels.finish();
        long start = System.nanoTime();
        for (int i = 0; i < TOGETHER; i++) {
          product.run();
        }
        kernels.finish();
        fastest = Math.min(fastest, (System.nanoTime() - start) / (double) TOGETHER);
      }
      return fastest;
    }
  }
}
