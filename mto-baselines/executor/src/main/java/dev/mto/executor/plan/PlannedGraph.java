package dev.mto.executor.plan;

import dev.mto.executor.kernels.Kernels;
import dev.mto.executor.kernels.Products;
import dev.mto.executor.kernels.Tensor;
import dev.mto.executor.memory.NotEnoughMemoryException;
import dev.mto.executor.state.LiveState;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.OptionalLong;
import java.util.function.UnaryOperator;
import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.autodiff.samediff.SameDiff;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * Runs a float32 graph by compiled plans, one for each kind of batch and set of results that it
 * meets, in memory that they share. Variables that were updated in place between runs, by way of
 * the state where there is one, are seen by the next run.
 *
 * <p>Not thread-safe.
 */
public final class PlannedGraph implements AutoCloseable {
  private static final int KEPT = 8;

  private final SameDiff graph;
  private final Kernels kernels;
  private final String loss;
  private final Map<String, String> gradients;
  private final boolean recompute;
  private final Products products;
  private final Arena arena;
  private final StoredValues stored;
  private final Map<Kind, CompiledPlan> plans = new LinkedHashMap<>(KEPT, 0.75f, true);
  private final PlanProfile profile;
  private int compiled;
  private double productFlops = Double.NaN;

  private record Kind(Map<String, FeedFacts> feeds, List<String> wanted) {}

  /**
   * A graph to run.
   *
   * @param loss the variable to differentiate; null for none
   * @param gradients by name of the result, the parameter whose gradient it is
   * @param recompute whether the values inside Transformer blocks are computed again for the
   *     backward pass instead of being kept (gradient checkpointing: Chen et al., "Training Deep
   *     Nets with Sublinear Memory Cost", 2016)
   * @param products how the operands of linear layers and of attention are multiplied
   * @param profile receives the time of each operation; null for none
   * @param fixed whether variables stay as they are
   * @param state has the variables while they are trained on a device; null where the host owns
   *     them
   */
  public PlannedGraph(
      SameDiff graph,
      Kernels kernels,
      String loss,
      Map<String, String> gradients,
      boolean recompute,
      Products products,
      PlanProfile profile,
      boolean fixed,
      LiveState state) {
    this.graph = graph;
    this.kernels = kernels;
    this.loss = loss;
    this.gradients = gradients;
    this.recompute = recompute;
    this.products = products;
    this.profile = profile;
    this.arena = new Arena(kernels.memory());
    this.stored = new StoredValues(kernels.memory(), fixed, state);
  }

  /**
   * Computes values and gradients.
   *
   * @param feeds placeholder values, float32, dense and in c order
   * @param wanted names of the variables to return beside the gradients
   * @param onDevice receives the results on a device, before the host waits for them; gradients are
   *     not copied to the host then, but what it returns is, by name. Not called in host memory;
   *     null for none
   * @return values by name, valid until the next run
   * @throws UnsupportedGraphException when the graph cannot be compiled
   * @throws NotEnoughMemoryException when the batch is too large; says which would fit
   */
  public Map<String, INDArray> run(
      Map<String, INDArray> feeds,
      List<String> wanted,
      UnaryOperator<Map<String, Tensor>> onDevice) {
    Map<String, FeedFacts> facts = new HashMap<>();
    feeds.forEach((name, array) -> facts.put(name, FeedFacts.of(array)));
    Kind kind = new Kind(facts, wanted);
    CompiledPlan plan = plans.get(kind);
    if (plan == null) {
      plan = compile(facts, wanted);
      if (require(plan.bytes(), facts, wanted)) {
        plans.values().forEach(other -> other.bind(arena, stored, kernels));
      }
      plan.bind(arena, stored, kernels);
      forgetOldest();
      plans.put(kind, plan);
      compiled++;
    }
    productFlops = plan.productFlops();
    return plan.run(feeds, profile, onDevice);
  }

  private CompiledPlan compile(Map<String, FeedFacts> facts, List<String> wanted) {
    return CompiledPlan.of(
        graph,
        facts,
        wanted,
        loss,
        gradients,
        recompute,
        products,
        kernels.fusedAttention().orElse(null));
  }

  /** As the arena does; where there is not enough, says for which batch there would be. */
  private boolean require(long bytes, Map<String, FeedFacts> facts, List<String> wanted) {
    try {
      return arena.require(bytes);
    } catch (NotEnoughMemoryException e) {
      SmallerBatch smaller =
          new SmallerBatch(graph, facts, other -> compile(other, wanted).bytes());
      OptionalLong fits = smaller.thatFits(e.available() - besides());
      throw fits.isEmpty() ? e : e.withBatch(smaller.images(), fits.getAsLong());
    }
  }

  /** Bytes that are needed beside the arena: where kernels read copies of variables, these. */
  private long besides() {
    return kernels.memory().isHost()
        ? 0
        : graph.variables().stream()
            .map(SDVariable::getArr)
            .filter(Objects::nonNull)
            .mapToLong(array -> array.length() * Float.BYTES)
            .sum();
  }

  /** Floating-point operations of the matrix products of the last run; NaN before it. */
  public double productFlops() {
    return productFlops;
  }

  /** Bytes of memory for values, which all plans share. */
  public long bytes() {
    return arena.bytes();
  }

  private void forgetOldest() {
    if (plans.size() == KEPT) {
      Kind oldest = plans.keySet().iterator().next();
      plans.remove(oldest).close();
    }
  }

  /** Plans compiled so far. */
  public int plans() {
    return compiled;
  }

  @Override
  public void close() {
    plans.values().forEach(CompiledPlan::close);
    stored.close();
    arena.close();
  }
}
