package dev.mto.engine.graph;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import org.nd4j.autodiff.listeners.At;
import org.nd4j.autodiff.listeners.Operation;
import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.autodiff.samediff.SameDiff;
import org.nd4j.autodiff.samediff.VariableType;
import org.nd4j.autodiff.samediff.config.SDValue;
import org.nd4j.autodiff.samediff.config.SDValueType;
import org.nd4j.autodiff.samediff.internal.InferenceSession;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * Runs a SameDiff graph again and again in memory that is reused: forward, or with the gradients of
 * its loss. Variables updated in place between runs are seen by the next run.
 *
 * <p>Not thread-safe; one session belongs to one thread.
 */
public final class GraphSession implements AutoCloseable {
  private final BufferPool pool = new BufferPool();
  private final SameDiff graph;
  private final Session session;
  private final Map<String, String> gradientNames;
  private final Set<Long> ownedElsewhere;

  private GraphSession(SameDiff graph, Map<String, String> gradientNames) {
    this.graph = graph;
    this.session = new Session(graph, pool);
    this.gradientNames = gradientNames;
    this.ownedElsewhere = variablesAndConstants(graph);
  }

  /** A session for values of {@code graph}, without gradients. */
  public static GraphSession forward(SameDiff graph) {
    return new GraphSession(graph, Map.of());
  }

  /**
   * A session for values of {@code graph} and the gradients of {@code loss}.
   *
   * @param parameters names of the variables whose gradients are wanted; one that the loss does not
   *     depend on has none and is left out of the results
   */
  public static GraphSession withGradients(
      SameDiff graph, SDVariable loss, List<String> parameters) {
    graph.setLossVariables(loss);
    QuietOutput.during(() -> graph.createGradFunction(parameters.toArray(String[]::new)));
    Map<String, String> names = new LinkedHashMap<>();
    for (String parameter : parameters) {
      SDVariable gradient = graph.getVariable(parameter).gradient();
      if (gradient != null) {
        names.put(parameter, gradient.name());
      }
    }
    return new GraphSession(graph.getFunction("grad"), names);
  }

  /** Names of the parameters that have a gradient. */
  public List<String> differentiable() {
    return List.copyOf(gradientNames.keySet());
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

  /** The name under which {@link #run} returns the gradient of {@code parameter}. */
  public String gradientOf(String parameter) {
    return gradientNames.get(parameter);
  }

  /** Bytes that lie ready in the pool. */
  public long bytesHeld() {
    return pool.bytesHeld();
  }

  /** Buffers made so far; once every kind of batch was seen, it stays as it is. */
  public long buffersMade() {
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
