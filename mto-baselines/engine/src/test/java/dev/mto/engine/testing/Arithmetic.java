package dev.mto.engine.testing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.mto.executor.GraphSession;
import dev.mto.executor.cuda.CudaKernelSets;
import dev.mto.executor.cuda.EmulatedCuda;
import dev.mto.executor.kernels.Kernels;
import dev.mto.executor.state.LiveState;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.autodiff.samediff.SameDiff;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/** In what type, and on what, the numbers of a reference case are computed. */
public enum Arithmetic {
  /** Operation by operation. */
  FLOAT64(DataType.DOUBLE, 1e-8, 1e-8),
  /** By a plan, where there are kernels for this processor. */
  FLOAT32(DataType.FLOAT, 1e-5, 2e-4),
  /** By a plan of kernels for GPUs, emulated. */
  FLOAT32_ON_GPU(DataType.FLOAT, 1e-5, 2e-4);

  private final DataType type;
  private final double tolerance;
  private final double toleranceOfMto;

  Arithmetic(DataType type, double tolerance, double toleranceOfMto) {
    this.type = type;
    this.tolerance = tolerance;
    this.toleranceOfMto = toleranceOfMto;
  }

  /** The type of parameters, feeds and values. */
  public DataType type() {
    return type;
  }

  /** The relative error that it may leave. */
  public double tolerance() {
    return tolerance;
  }

  /** As {@link #tolerance}, for MTO: a small loss is the difference of large entropies. */
  public double toleranceOfMto() {
    return toleranceOfMto;
  }

  /** Has sessions that are opened meanwhile run so; on a GPU something must have run there. */
  public <T> T during(Supplier<T> work) {
    if (this != FLOAT32_ON_GPU) {
      return work.get();
    }
    assumeTrue(EmulatedCuda.isPossible(), EmulatedCuda.NEEDS);
    return EmulatedCuda.during(
        gpu -> {
          long before = gpu.launches();
          T result = work.get();
          assertThat(gpu.launches()).as("kernels that were run").isGreaterThan(before);
          return result;
        });
  }

  /** The values of some variables of a graph. */
  public Map<String, INDArray> values(
      SameDiff graph, Map<String, INDArray> feeds, List<SDVariable> wanted) {
    List<String> names = wanted.stream().map(SDVariable::name).toList();
    return during(
        () -> {
          Map<String, INDArray> copies = new LinkedHashMap<>();
          try (GraphSession session = GraphSession.forward(graph)) {
            session.run(
                feeds,
                names,
                values -> names.forEach(name -> copies.put(name, values.get(name).dup('c'))));
          }
          return copies;
        });
  }

  /** Has something change arrays by way of a state, which brings them back. */
  public void change(Consumer<LiveState> change) {
    during(
        () -> {
          LiveState state = new LiveState();
          if (this != FLOAT32_ON_GPU) {
            change.accept(state);
            return state;
          }
          try (Kernels kernels = CudaKernelSets.chosen().orElseThrow()) {
            state.open(kernels);
            change.accept(state);
            state.close(kernels);
          }
          return state;
        });
  }
}
