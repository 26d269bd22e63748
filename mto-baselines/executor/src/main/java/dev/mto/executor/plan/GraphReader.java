package dev.mto.executor.plan;

import dev.mto.executor.kernels.Selection;
import dev.mto.executor.kernels.Unary;
import dev.mto.executor.kernels.Unary.Kind;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.autodiff.samediff.SameDiff;
import org.nd4j.autodiff.samediff.internal.SameDiffOp;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * Reads the operations of a SameDiff graph that lead to the wanted values into a {@link Program},
 * for placeholders with given facts. Parts whose scope names them, as a layer normalisation, become
 * one operation.
 */
final class GraphReader {
  private final SameDiff graph;
  private final Placeholders placeholders;
  private final Program program = new Program();
  private final Map<String, Value> values = new HashMap<>();
  private final KnownValues known;
  private final OperationReader operations;
  private final Map<String, NamedPart> delayed = new HashMap<>();
  private final List<Integer> blockStarts = new ArrayList<>();

  GraphReader(SameDiff graph, Map<String, FeedFacts> feeds) {
    this.graph = graph;
    this.placeholders = new Placeholders(feeds);
    this.known = new KnownValues(graph, this::value);
    this.operations = new OperationReader(program, known, this::producer, this::value);
  }

  /** Reads what the variables named {@code wanted} depend on. */
  void read(Collection<String> wanted) {
    List<SameDiffOp> needed = needed(wanted);
    Map<String, NamedPart> parts = NamedPart.in(needed, wanted);
    for (SameDiffOp op : needed) {
      NamedPart part = parts.get(op.getName());
      if (part == null) {
        read(op);
      } else if (part.isLast(op)) {
        readPart(part);
      }
    }
  }

  Program program() {
    return program;
  }

  Placeholders placeholders() {
    return placeholders;
  }

  /** The Transformer blocks, each without its last operation, whose result the next one needs. */
  List<RecomputedSegment> blocks() {
    List<RecomputedSegment> blocks = new ArrayList<>();
    for (int i = 0; i + 1 < blockStarts.size(); i++) {
      blocks.add(new RecomputedSegment(blockStarts.get(i), blockStarts.get(i + 1)));
    }
    return blocks;
  }

  /** The value of a variable, in memory. */
  Value dense(String name) {
    Value value = value(name);
    return value.isUniform() ? program.unary(Unary.linear(1, 0), value) : program.dense(value);
  }

  private List<SameDiffOp> needed(Collection<String> wanted) {
    Set<String> names = new HashSet<>();
    Deque<String> open = new ArrayDeque<>(wanted);
    while (!open.isEmpty()) {
      SameDiffOp op = producer(open.pop());
      if (op != null && names.add(op.getName()) && op.getInputsToOp() != null) {
        op.getInputsToOp().forEach(open::push);
      }
    }
    return graph.getOps().values().stream().filter(op -> names.contains(op.getName())).toList();
  }

  private SameDiffOp producer(String variable) {
    String op = graph.getVariables().get(variable).getOutputOfOp();
    return op == null ? null : graph.getOps().get(op);
  }

  private void readPart(NamedPart part) {
    switch (part.kind()) {
      case LAYER_NORM -> {
        blockStartAt(part.name());
        Value x = program.dense(value(part.input(0)));
        Value rows = program.reshape(x, x.length() / x.extent(-1), x.extent(-1));
        Value weight = value(part.input(1));
        Value bias = value(part.input(2));
        Value result = LayerNormOperation.add(program, rows, weight, bias, part.epsilon());
        values.put(part.output(), program.reshape(result, x.shape()));
      }
      case GELU ->
          values.put(part.output(), program.unary(Unary.of(Kind.GELU), value(part.input(0))));
      case ROW_ENTROPY -> {
        if (part.feedsOneProduct(graph)) {
          delayed.put(part.output(), part);
        } else {
          part.operations().forEach(this::read);
        }
      }
    }
  }

  private void blockStartAt(String scope) {
    if (scope.endsWith("norm1")) {
      blockStarts.add(program.operations().size());
    }
  }

  void read(SameDiffOp op) {
    if (known.read(op) || readProduct(op)) {
      return;
    }
    List<Value> results = operations.read(op);
    for (int i = 0; i < results.size(); i++) {
      values.put(op.getOutputsOfOp().get(i), results.get(i));
    }
  }

  /** A matrix product that is a heterogeneity, or the selection of rows; false for any other. */
  private boolean readProduct(SameDiffOp op) {
    if (!op.getOp().opName().equals("matmul")) {
      return false;
    }
    String right = op.getInputsToOp().get(1);
    Value left = value(op.getInputsToOp().get(0));
    Value result =
        delayed.containsKey(right)
            ? MaskedEntropies.read(this, left, delayed.get(right))
            : selected(left, right, Transposition.of(op));
    if (result == null) {
      return false;
    }
    delayed.remove(right);
    values.put(op.getOutputsOfOp().get(0), result);
    return true;
  }

  private Value selected(Value left, String right, Transposition transposed) {
    Selection selection = placeholders.selection(left);
    if (selection == null || transposed.right()) {
      return null;
    }
    Value rows = program.dense(value(right));
    return transposed.left()
        ? ScatterOperation.add(program, selection, rows)
        : GatherOperation.add(program, selection, rows);
  }

  /** The value of a variable that was read, or that is given. */
  Value value(String name) {
    Value value = values.get(name);
    if (value == null) {
      value = given(name);
      values.put(name, value);
    }
    return value;
  }

  private Value given(String name) {
    NamedPart part = delayed.remove(name);
    if (part != null) {
      part.operations().forEach(this::read);
      return values.get(name);
    }
    if (known.isResult(name)) {
      return Value.uniform(known.of(name).scalar());
    }
    SDVariable variable = graph.getVariable(name);
    if (variable.dataType() != DataType.FLOAT) {
      throw new UnsupportedGraphException(name + " is of type " + variable.dataType());
    }
    switch (variable.getVariableType()) {
      case PLACEHOLDER -> {
        return placeholders.read(name);
      }
      case CONSTANT -> {
        INDArray array = graph.getArrForVarName(name);
        return isUniform(array)
            ? Value.uniform(array.getDouble(0), array.shape())
            : Value.constant(inCOrder(name, array));
      }
      case VARIABLE -> {
        return Value.stored(inCOrder(name, graph.getArrForVarName(name)));
      }
      default -> throw new UnsupportedGraphException(name + " is not computed");
    }
  }

  private static boolean isUniform(INDArray array) {
    return array.length() > 0 && array.maxNumber().doubleValue() == array.minNumber().doubleValue();
  }

  private static INDArray inCOrder(String name, INDArray array) {
    if (array.ordering() != 'c' || array.data().length() != array.length()) {
      throw new UnsupportedGraphException(name + " is not dense in c order");
    }
    return array;
  }
}
