package dev.mto.engine.graph;

import dev.mto.data.random.RandomStream;
import dev.mto.executor.NewGraph;
import dev.mto.models.Parameters;
import org.nd4j.linalg.api.buffer.DataType;

/** Parameters in an empty graph, whose first values depend on a seed and on their names alone. */
public final class SeededParameters {
  private SeededParameters() {}

  /**
   * Parameters of type {@code type}, FLOAT or DOUBLE.
   *
   * @param seed of the first values
   */
  public static Parameters of(DataType type, long seed) {
    return new Parameters(
        NewGraph.create(), type, name -> RandomStream.of(seed, "initial/" + name));
  }
}
