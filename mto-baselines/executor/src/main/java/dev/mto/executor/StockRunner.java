package dev.mto.executor;

import dev.mto.executor.kernels.Tensor;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;
import org.nd4j.autodiff.listeners.At;
import org.nd4j.autodiff.listeners.Operation;
import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.autodiff.samediff.SameDiff;
import org.nd4j.autodiff.samediff.VariableType;
import org.nd4j.autodiff.samediff.config.SDValue;
import org.nd4j.autodiff.samediff.config.SDValueType;
import org.nd4j.autodiff.samediff.internal.InferenceSession;
import org.nd4j.linalg.api.ndarray.INDArray;

/** Runs a graph operation by operation in SameDiff's own session, in memory that is reused. */
final class StockRunner implements GraphRunner {
  private final BufferPool pool = new BufferPool();
  private final SameDiff graph;
  private final Session session;
  private final Map<String, String> gradientNames;
  private final Set<Long> ownedElsewhere;

  private StockRunner(SameDiff graph, Map<String, String> gradientNames) {
    this.graph = graph;
    this.session = new Session(graph, pool);
    this.gradientNames = gradientNames;
    this.ownedElsewhere = variablesAndConstants(graph);
  }

  static StockRunner forward(SameDiff graph) {
    return new StockRunner(graph, Map.of());
  }

  static StockRunner withGradients(SameDiff graph, SDVariable loss, List<String> parameters) {
    graph.setLossVariables(loss);
    QuietOutput.during(() -> graph.createGradFunction(parameters.toArray(String[]::new)));
    Map<String, String> names = new LinkedHashMap<>();
    for (String parameter : parameters) {
      SDVariable gradient = graph.getVariable(parameter).gradient();
      if (gradient != null) {
        names.put(parameter, gradient.name());
      }
    }
    return new StockRunner(graph.getFunction("grad"), names);
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
    List<String> wanted = new ArrayList<>(outputs);
    wanted.addAll(gradientNames.values());
    Map<String, INDArray> known = new HashMap<>(feeds);
    known.keySet().removeIf(name -> !graph.hasVariable(name));
    Map<String, INDArray> results =
        session.output(
            wanted,
            known,
            null,
            List.of(),
            List.of(),
            At.defaultAt(gradientNames.isEmpty() ? Operation.INFERENCE : Operation.TRAINING));
    try {
      use.accept(results);
    } finally {
      session.recycle(inputAddresses(known));
    }
  }

  @Override
  public long bytesHeld() {
    return pool.bytesHeld();
  }

  @Override
  public long allocations() {
    return pool.buffersMade();
  }

  /** Memory that belongs to others: placeholder values, variables and constants. */
  private Set<Long> inputAddresses(Map<String, INDArray> feeds) {
    Set<Long> addresses = new HashSet<>(ownedElsewhere);
    feeds.values().forEach(array -> addresses.add(array.data().address()));
    return addresses;
  }

  private static Set<Long> variablesAndConstants(SameDiff graph) {
    Set<Long> addresses = new HashSet<>();
    for (SDVariable variable : graph.variables()) {
      boolean stored =
          variable.getVariableType() == VariableType.VARIABLE
              || variable.getVariableType() == VariableType.CONSTANT;
      if (stored && !variable.getArr().isEmpty()) {
        addresses.add(variable.getArr().data().address());
      }
    }
    return addresses;
  }

  @Override
  public void close() {
    pool.close();
  }

  private static final class Session extends InferenceSession {
    private final BufferPool pool;

    Session(SameDiff graph, BufferPool pool) {
      super(graph);
      this.pool = pool;
      setMmgr(pool);
    }

    /**
     * Gives back every array that the run made. The stock session keeps those whose consumers did
     * not run, and entries about freed arrays, for ever.
     */
    void recycle(Set<Long> inputs) {
      for (SDValue value : nodeValueOutputs.values()) {
        INDArray array =
            value != null && value.getSdValueType() == SDValueType.TENSOR
                ? value.getTensorValue()
                : null;
        if (array != null && array.data() != null && !inputs.contains(array.data().address())) {
          pool.release(array);
        }
      }
      nodeValueOutputs.clear();
      getArrayUseTracker().clear();
      freedArrays.clear();
    }
  }
}
