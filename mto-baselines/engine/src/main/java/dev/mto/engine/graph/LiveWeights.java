package dev.mto.engine.graph;

import dev.mto.executor.state.LiveState;
import dev.mto.losses.MtoVariables;
import dev.mto.losses.MtoWeights;
import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.autodiff.samediff.SameDiff;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.factory.Nd4j;

/**
 * The weights of MTO's losses as scalars of the graph, which are written in place between runs: no
 * plan is compiled anew when they change.
 */
public final class LiveWeights {
  private final LiveState state;
  private final SDVariable spa;
  private final SDVariable e;
  private final SDVariable r;

  LiveWeights(SameDiff graph, DataType type, LiveState state) {
    this.state = state;
    this.spa = graph.var("mto_weight.spa", Nd4j.scalar(type, 0));
    this.e = graph.var("mto_weight.e", Nd4j.scalar(type, 0));
    this.r = graph.var("mto_weight.r", Nd4j.scalar(type, 0));
  }

  MtoVariables factorsOf(MtoVariables others) {
    return others.withFactors(spa, e, r);
  }

  /** What the next run weighs the losses by. */
  public void set(MtoWeights weights) {
    state.forHost(spa.getArr()).assign(weights.spa());
    state.forHost(e.getArr()).assign(weights.e());
    state.forHost(r.getArr()).assign(weights.r());
  }
}
