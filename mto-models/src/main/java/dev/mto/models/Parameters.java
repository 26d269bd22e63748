package dev.mto.models;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Function;
import java.util.random.RandomGenerator;
import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.autodiff.samediff.SameDiff;
import org.nd4j.linalg.api.buffer.DataType;

/**
 * Declares the trainable variables of a graph under their official names. An initial value depends
 * on the parameter's stream alone, not on the order of declaration.
 */
public final class Parameters {
  private final SameDiff graph;
  private final DataType type;
  private final Function<String, RandomGenerator> streams;
  private final Set<String> names = new LinkedHashSet<>();

  /**
   * Parameters of one graph.
   *
   * @param graph receives the variables
   * @param type FLOAT or DOUBLE
   * @param streams the random stream of each parameter name
   * @throws IllegalArgumentException when {@code type} is another
   */
  public Parameters(SameDiff graph, DataType type, Function<String, RandomGenerator> streams) {
    if (type != DataType.FLOAT && type != DataType.DOUBLE) {
      throw new IllegalArgumentException(
          "parameters of type " + type + " cannot be trained; choose FLOAT or DOUBLE");
    }
    this.graph = graph;
    this.type = type;
    this.streams = streams;
  }

  /** Type of every parameter. */
  public DataType type() {
    return type;
  }

  /** Official names in order of declaration. */
  public List<String> names() {
    return new ArrayList<>(names);
  }

  /**
   * Declares a trainable variable.
   *
   * @param name official name
   * @param initializer its first value
   * @param shape official shape
   * @throws IllegalArgumentException when the name is taken
   */
  public SDVariable declare(String name, Initializer initializer, long... shape) {
    if (graph.hasVariable(name) || !names.add(name)) {
      throw new IllegalArgumentException("parameter " + name + " is declared twice");
    }
    return graph.var(name, initializer.create(streams.apply(name), type, shape));
  }
}
