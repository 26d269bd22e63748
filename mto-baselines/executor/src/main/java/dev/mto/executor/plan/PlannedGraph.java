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
import java.util.OptionalLong;
import java.util.function.UnaryOperator;
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
      plan = prepare(facts, wanted);
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

  /** A plan with its memory; where there is not enough, says for which batch there would be. */
  private CompiledPlan prepare(Map<String, FeedFacts> facts, List<String> wanted) {
    boolean alone = plans.isEmpty();
    CompiledPlan plan = compile(facts, wanted);
    try {
      bind(plan);
      return plan;
    } catch (NotEnoughMemoryException e) {
      if (!alone) {
        return prepare(facts, wanted); // without the others, which are forgotten
      }
      SmallerBatch smaller = new SmallerBatch(graph, facts, other -> fits(other, wanted));
      OptionalLong fits = smaller.thatFits();
      throw fits.isEmpty() ? e : e.withBatch(smaller.images(), fits.getAsLong());
    }
  }

  /** Takes all memory that a plan needs. Where that cannot be, no plan has any afterwards. */
  private void bind(CompiledPlan plan) {
    try {
      plan.reserve(stored, kernels);
      if (arena.require(plan.bytes())) {
        plans.values().forEach(other -> other.bind(arena, stored, kernels));
      }
      plan.bind(arena, stored, kernels);
    } catch (RuntimeException e) {
      plan.close();
      forgetAll();
      throw e;
    }
  }

  /** Whether there is memory for a batch, found by taking it; no plan has any afterwards. */
  private boolean fits(Map<String, FeedFacts> facts, List<String> wanted) {
    CompiledPlan plan = compile(facts, wanted);
    try {
      bind(plan);
    } catch (NotEnoughMemoryException e) {
      return false;
    }
    plan.close();
    forgetAll();
    return true;
  }

  private void forgetAll() {
    plans.values().forEach(CompiledPlan::close);
    plans.clear();
    arena.close();
    kernels.forget();
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
