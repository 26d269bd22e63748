package dev.mto.executor;

import org.nd4j.autodiff.samediff.SameDiff;
import org.nd4j.autodiff.samediff.array.SingleThreadArrayHolder;

/**
 * Makes graphs that hold each array once. SameDiff's own holder keeps a second copy of every weight
 * and constant, from which it would serve other devices.
 */
public final class NewGraph {
  private NewGraph() {}

  /** An empty graph, for one thread and one device. */
  public static SameDiff create() {
    SameDiff graph = SameDiff.create();
    graph.setArrayHolders(new SingleThreadArrayHolder(), new SingleThreadArrayHolder(), false);
    return graph;
  }
}
