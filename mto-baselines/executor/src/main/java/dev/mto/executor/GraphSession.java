package dev.mto.executor;

import dev.mto.executor.cuda.CudaKernelSets;
import dev.mto.executor.kernels.KernelSets;
import dev.mto.executor.kernels.Kernels;
import dev.mto.executor.kernels.Tensor;
import dev.mto.executor.plan.PlanProfile;
import dev.mto.executor.plan.UnsupportedGraphException;
import dev.mto.executor.state.LiveState;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;
import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.autodiff.samediff.SameDiff;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Runs a SameDiff graph again and again in memory that is reused: forward, or with the gradients of
 * its loss. Variables updated in place between runs, by way of the state that the session is given
 * where it is given one, are seen by the next run.
 *
 * <p>A float32 graph is compiled to a plan and run by fast kernels where there are some for this
 * processor (see {@link KernelSets}), or for the GPU that is named (see {@link CudaKernelSets});
 * any other graph is run operation by operation.
 *
 * <p>Not thread-safe; one session belongs to one thread.
 */
public final class GraphSession implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(GraphSession.class);

  private final SameDiff graph;
  private final SDVariable loss;
  private final List<String> parameters;
  private final LiveState state;
  private final PlanProfile profile = new PlanProfile();
  private GraphRunner runner;

  private GraphSession(
      SameDiff graph, SDVariable loss, List<String> parameters, SessionOptions options) {
    this.graph = graph;
    this.loss = loss;
    this.parameters = parameters;
    this.state = options.state() == null ? new LiveState() : options.state();
    Optional<Kernels> kernels =
        options.fast() && isFloat(graph)
            ? CudaKernelSets.chosen().or(KernelSets::fast)
            : Optional.empty();
    this.runner =
        kernels
            .<GraphRunner>map(
                set ->
                    new PlannedRunner(
                        graph, set, loss, parameters, options, options.profile() ? profile : null))
            .orElseGet(this::stock);
  }

  /** A session for values of {@code graph}, without gradients. */
  public static GraphSession forward(SameDiff graph) {
    return forward(graph, SessionOptions.defaults());
  }

  /** A session for values of {@code graph}, without gradients. */
  public static GraphSession forward(SameDiff graph, SessionOptions options) {
    return new GraphSession(graph, null, List.of(), options);
  }

  /** As {@link #withGradients(SameDiff, SDVariable, List, SessionOptions)}, with the defaults. */
  public static GraphSession withGradients(
      SameDiff graph, SDVariable loss, List<String> parameters) {
    return withGradients(graph, loss, parameters, SessionOptions.defaults());
  }

  /**
   * A session for values of {@code graph} and the gradients of {@code loss}.
   *
   * @param parameters names of the variables whose gradients are wanted; one that the loss does not
   *     depend on has none and is left out of the results
   */
  public static GraphSession withGradients(
      SameDiff graph, SDVariable loss, List<String> parameters, SessionOptions options) {
    return new GraphSession(graph, loss, parameters, options);
  }

  private StockRunner stock() {
    return loss == null
        ? StockRunner.forward(graph)
        : StockRunner.withGradients(graph, loss, parameters);
  }

  private static boolean isFloat(SameDiff graph) {
    return graph.variables().stream().noneMatch(v -> v.dataType() == DataType.DOUBLE);
  }

  /** Names of the parameters that have a gradient. */
  public List<String> differentiable() {
    return List.copyOf(runner.gradientNames().keySet());
  }

  /**
   * Runs the graph once.
   *
   * @param feeds placeholder values by name, dense and in c order
   * @param outputs names of the variables to return
   * @param use receives the results while they are valid: by variable name, and gradients under
   *     {@link #gradientOf}; their memory is reused when it returns
   */
  public void run(
      Map<String, INDArray> feeds, List<String> outputs, Consumer<Map<String, INDArray>> use) {
    run(feeds, outputs, null, use);
  }

  /**
   * As {@link #run(Map, List, Consumer)}. Where the session is on a device, the gradients stay
   * there.
   *
   * @param onDevice receives all results on the device, by the same names, before the host waits
   *     for them; what it returns is given to {@code use} too. Not called where {@link #isOnDevice}
   *     does not hold; {@code use} gets the gradients then
   */
  public void run(
      Map<String, INDArray> feeds,
      List<String> outputs,
      UnaryOperator<Map<String, Tensor>> onDevice,
      Consumer<Map<String, INDArray>> use) {
    Map<String, INDArray> known = new HashMap<>(feeds);
    known.keySet().removeIf(name -> !graph.hasVariable(name));
    if (!runner.isOnDevice()) {
      state.forHost();
    }
    try {
      runner.run(known, outputs, onDevice, use);
    } catch (UnsupportedGraphException e) {
      LOG.warn(
          "the graph is run operation by operation, in float32, which is slow: {}", e.getMessage());
      runner.close();
      runner = stock();
      state.forHost();
      runner.run(known, outputs, null, use);
    }
  }

  /**
   * Whether it runs on a device that has the variables in the state that the session was given; it
   * may end with any run, where that meets what the device does not know.
   */
  public boolean isOnDevice() {
    return runner.isOnDevice();
  }

  /** The name under which {@link #run} returns the gradient of {@code parameter}. */
  public String gradientOf(String parameter) {
    return runner.gradientNames().get(parameter);
  }

  /** Bytes that are kept for the next run. */
  public long bytesHeld() {
    return runner.bytesHeld();
  }

  /**
   * Floating-point operations of the matrix products of the last run, two for each multiply-add,
   * those of the backward pass included; NaN where the graph is run operation by operation.
   */
  public double productFlops() {
    return runner.productFlops();
  }

  /** How often memory was allocated; once every kind of batch was seen, it stays as it is. */
  public long allocations() {
    return runner.allocations();
  }

  /** Milliseconds by kind of operation so far; empty unless profiling was asked for. */
  public Map<String, Double> profile() {
    return profile.milliseconds();
  }

  @Override
  public void close() {
    runner.close();
  }
}
