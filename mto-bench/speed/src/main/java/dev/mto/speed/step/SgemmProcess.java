package dev.mto.speed.step;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.util.Map;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.api.ops.impl.reduce.Mmul;
import org.nd4j.linalg.factory.Nd4j;

/**
 * The process that measures what the machine can do: {@code sgemm N} makes N products of float32
 * matrices of 2048 x 2048 and answers {@code gflops}, the rate of the fastest.
 */
final class SgemmProcess {
  private static final int SIDE = 2048;

  private final INDArray a = Nd4j.rand(DataType.FLOAT, SIDE, SIDE);
  private final INDArray b = Nd4j.rand(DataType.FLOAT, SIDE, SIDE);
  private final INDArray product = Nd4j.createUninitialized(DataType.FLOAT, SIDE, SIDE);

  private SgemmProcess() {}

  /** Serves commands. */
  public static void main(String[] arguments) throws IOException {
    ChildServer.serve(
        System.in,
        System.out,
        () -> {
          SgemmProcess process = new SgemmProcess();
          return Map.of("", ignored -> ChildServer.answer(), "sgemm", process::measure);
        });
  }

  private ObjectNode measure(String count) {
    double best = 0;
    for (int i = 0; i < Integer.parseInt(count); i++) {
      long start = System.nanoTime();
      Nd4j.exec(new Mmul(a, b, product, null));
      best = Math.max(best, 2.0 * SIDE * SIDE * SIDE / (System.nanoTime() - start));
    }
    return ChildServer.answer().put("gflops", best);
  }
}
