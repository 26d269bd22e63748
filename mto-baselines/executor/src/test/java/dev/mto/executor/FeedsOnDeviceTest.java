package dev.mto.executor;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mto.executor.cuda.EmulatedCuda;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIf;
import org.nd4j.autodiff.samediff.SameDiff;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** How feeds come to a device. */
@EnabledIf(
    value = "dev.mto.executor.cuda.EmulatedCuda#isPossible",
    disabledReason = EmulatedCuda.NEEDS)
class FeedsOnDeviceTest {
  private static final int ROWS = 3;
  private static final long COLUMNS = 2 << 20; // of a batch of 24 MiB

  private static float[] sums(GraphSession session, INDArray x) {
    float[][] sums = new float[1][];
    session.run(
        Map.of("x", x), List.of("sums"), values -> sums[0] = values.get("sums").toFloatVector());
    return sums[0];
  }

  /** However large they are: for the results. */
  @Test
  void aRunWaitsForTheDeviceOnce() {
    SameDiff graph = SameDiff.create();
    graph.placeHolder("x", DataType.FLOAT, -1, COLUMNS).sum("sums", 1);
    EmulatedCuda.during(
        gpu -> {
          try (GraphSession session = GraphSession.forward(graph);
              INDArray x = Nd4j.zeros(DataType.FLOAT, ROWS, COLUMNS)) {
            for (int run = 1; run <= 3; run++) {
              for (int row = 0; row < ROWS; row++) {
                x.putScalar(row, 0, run);
                x.putScalar(row, COLUMNS - 1, row);
              }
              long waits = gpu.count("synchronisations");
              long fed = gpu.count("bytes to the device");
              assertThat(sums(session, x)).containsExactly(run, run + 1, run + 2);
              assertThat(gpu.count("bytes to the device") - fed).isGreaterThan(16 << 20);
              assertThat(gpu.count("synchronisations") - waits).isEqualTo(1);
            }
          }
          return null;
        });
  }

  @Test
  void aSessionThatIsClosedTwiceIsClosedOnce() {
    SameDiff graph = SameDiff.create();
    graph.placeHolder("x", DataType.FLOAT, -1, 4).sum("sums", 1);
    EmulatedCuda.during(
        gpu -> {
          GraphSession session = GraphSession.forward(graph);
          try (INDArray x = Nd4j.ones(DataType.FLOAT, ROWS, 4)) {
            assertThat(sums(session, x)).containsExactly(4, 4, 4);
          }
          session.close();
          session.close();
          return null;
        });
  }
}
