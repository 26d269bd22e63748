package dev.mto.models;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;
import org.nd4j.autodiff.samediff.NameScope;
import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.autodiff.samediff.SameDiff;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * Declares the trainable variables of a graph under their official names. An initial value depends
 * on the parameter's stream alone, not on the order of declaration.
 */
public final class Parameters {
  private final SameDiff graph;
  private final DataType type;
  private final Function<String, RandomGenerator> streams;
  private final String prefix;
  private final Set<String> names = new LinkedHashSet<>();
  private final Map<String, INDArray> tables = new LinkedHashMap<>();

  /**
   * Parameters of one graph.
   *
   * @param graph receives the variables
   * @param type FLOAT or DOUBLE
   * @param streams the random stream of each parameter name
   * @throws IllegalArgumentException when {@code type} is another
   */
  public Parameters(SameDiff graph, DataType type, Function<String, RandomGenerator> streams) {
    this(graph, type, streams, "");
  }

  private Parameters(
      SameDiff graph, DataType type, Function<String, RandomGenerator> streams, String prefix) {
    if (type != DataType.FLOAT && type != DataType.DOUBLE) {
      throw new IllegalArgumentException(
          "parameters of type " + type + " cannot be trained; choose FLOAT or DOUBLE");
    }
    this.graph = graph;
    this.type = type;
    this.streams = streams;
    this.prefix = prefix;
  }

  /**
   * Parameters for a second copy of a model in the same graph, e.g. a teacher: named {@code prefix}
   * and the official name, with the same first values, and not among the trainable {@link #names()}
   * of this object.
   */
  public Parameters copy(String prefix) {
    return new Parameters(graph, type, streams, this.prefix + prefix);
  }

  /** The graph that they are declared in. */
  public SameDiff graph() {
    return graph;
  }

  /** Type of every parameter. */
  public DataType type() {
    return type;
  }

  /** Names in the graph, in order of declaration. */
  public List<String> names() {
    return new ArrayList<>(names);
  }

  /** The live arrays by name in the graph, in order of declaration. */
  public Map<String, INDArray> arrays() {
    Map<String, INDArray> arrays = new LinkedHashMap<>();
    names.forEach(name -> arrays.put(name, graph.getArrForVarName(name)));
    return arrays;
  }

  /** Fixed tensors that are part of the official checkpoint, by official name. */
  public Map<String, INDArray> tables() {
    return new LinkedHashMap<>(tables);
  }

  /**
   * Declares a variable.
   *
   * @param name official name
   * @param initializer its first value
   * @param shape official shape
   * @throws IllegalArgumentException when the name is taken
   */
  public SDVariable declare(String name, Initializer initializer, long... shape) {
    if (graph.hasVariable(prefix + name) || !names.add(prefix + name)) {
      throw new IllegalArgumentException("parameter " + prefix + name + " is declared twice");
    }
    return graph.var(prefix + name, initializer.create(streams.apply(name), type, shape));
  }

  /**
   * A fixed tensor that is part of the official checkpoint, e.g. a position table.
   *
   * @param name official name
   * @param value as the checkpoint holds it; the graph's constant is of {@link #type()}
   */
  public SDVariable table(String name, INDArray value) {
    tables.put(name, value);
    return constant(name, value.castTo(type));
  }

  /** A placeholder of {@link #type()}; -1 for a dimension that each run gives. */
  public SDVariable placeholder(String name, long... shape) {
    return graph.placeHolder(name, type, shape);
  }

  /**
   * Names the operations of a part after it, so that an executor can find the part as a whole.
   *
   * @param name of the part, e.g. {@code blocks.0.norm1.layer_norm}
   */
  SDVariable named(String name, Supplier<SDVariable> body) {
    NameScope scope = graph.withNameScope(name);
    try {
      return body.get();
    } finally {
      scope.close();
    }
  }

  /** A tensor of the official checkpoint that the graph does not use; only for export. */
  void buffer(String name, INDArray value) {
    tables.put(name, value);
  }

  /** A constant of the graph that is not in any checkpoint; the same one for every copy. */
  SDVariable constant(String name, INDArray value) {
    return graph.hasVariable(name) ? graph.getVariable(name) : graph.constant(name, value);
  }
}
