package dev.mto.engine.graph;

import dev.mto.executor.state.LiveState;
import java.util.ArrayList;
import java.util.List;
import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.autodiff.samediff.SameDiff;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * One of the losses at a time: their sum with factors of which one is 1 and the others are 0. Its
 * gradient is that of the one alone, so that one session measures all of them.
 */
public final class LossTerms {
  /** The self-supervised loss, L_spa, L_e and L_r, as in the names of metrics. */
  public static final List<String> NAMES = List.of("ss", "spa", "e", "r");

  private final LiveState state;
  private final List<INDArray> factors = new ArrayList<>();
  private final SDVariable chosen;

  /**
   * Adds the sum to a graph.
   *
   * @param terms scalars, in the order of {@link #NAMES}
   * @param state will have the factors
   */
  LossTerms(SameDiff graph, DataType type, List<SDVariable> terms, LiveState state) {
    this.state = state;
    SDVariable sum = null;
    for (SDVariable term : terms) {
      SDVariable factor =
          graph.var("mto_chosen." + NAMES.get(factors.size()), Nd4j.scalar(type, 0));
      factors.add(factor.getArr());
      SDVariable part = term.mul(factor);
      sum = sum == null ? part : sum.add(part);
    }
    chosen = sum;
  }

  /** The one that was chosen, a scalar. */
  public SDVariable chosen() {
    return chosen;
  }

  /** Chooses one by its place in {@link #NAMES}, for the next run. */
  public void choose(int index) {
    for (int i = 0; i < factors.size(); i++) {
      state.forHost(factors.get(i)).assign(i == index ? 1 : 0);
    }
  }
}
