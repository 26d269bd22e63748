package dev.mto.executor;

import dev.mto.executor.kernels.Kernels;
import dev.mto.executor.kernels.Tensor;
import dev.mto.executor.plan.PlanProfile;
import dev.mto.executor.plan.PlannedGraph;
import dev.mto.executor.state.LiveState;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;
import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.autodiff.samediff.SameDiff;
import org.nd4j.linalg.api.ndarray.INDArray;

/** Runs a graph by compiled plans. */
final class PlannedRunner implements GraphRunner {
  private final Map<String, String> gradientNames = new LinkedHashMap<>();
  private final Kernels kernels;
  private final PlannedGraph plans;
  private boolean closed;
  private final LiveState state; // null where it is not the device's business

  PlannedRunner(
      SameDiff graph,
      Kernels kernels,
      SDVariable loss,
      List<String> parameters,
      SessionOptions options,
      PlanProfile profile) {
    this.kernels = kernels;
    this.state = kernels.memory().isHost() ? null : options.state();
    if (state != null) {
      state.open(kernels);
    }
    Map<String, String> parametersByGradient = new LinkedHashMap<>();
    if (loss != null) {
      for (String parameter : Differentiable.of(graph, loss, parameters)) {
        gradientNames.put(parameter, "gradient of " + parameter);
        parametersByGradient.put("gradient of " + parameter, parameter);
      }
    }
    this.plans =
        new PlannedGraph(
            graph,
            kernels,
            loss == null ? null : loss.name(),
            parametersByGradient,
            options.recompute(),
            options.products(),
            profile,
            options.fixed(),
            state);
  }

  @Override
  public Map<String, String> gradientNames() {
    return gradientNames;
  }

  @Override
  public void run(
      Map<String, INDArray> feeds,
      List<String> outputs,
      UnaryOperator<Map<String, Tensor>> onDevice,
      Consumer<Map<String, INDArray>> use) {
    use.accept(plans.run(feeds, outputs, isOnDevice() ? onDevice : null));
  }

  @Override
  public long bytesHeld() {
    return plans.bytes();
  }

  @Override
  public double productFlops() {
    return plans.productFlops();
  }

  @Override
  public long allocations() {
    return plans.plans();
  }

  @Override
  public boolean isOnDevice() {
    return state != null;
  }

  @Override
  public void close() {
    if (closed) {
      return;
    }
    closed = true;
    plans.close();
    if (state != null) {
      state.close(kernels);
    }
    kernels.close();
  }
}
