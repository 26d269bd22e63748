package dev.mto.executor.plan;

import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.autodiff.samediff.SameDiff;
import org.nd4j.autodiff.samediff.VariableType;
import org.nd4j.autodiff.samediff.internal.SameDiffOp;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ops.CustomOp;

/** Values of a graph that follow from shapes, known when it is compiled. */
final class KnownValues {
  private final SameDiff graph;
  private final Function<String, Value> values;
  private final Map<String, HostValue> results = new HashMap<>();

  /**
   * None yet.
   *
   * @param values whose shapes are asked for, by variable
   */
  KnownValues(SameDiff graph, Function<String, Value> values) {
    this.graph = graph;
    this.values = values;
  }

  /** Reads an operation on shapes; false for any other. */
  boolean read(SameDiffOp op) {
    List<String> in = op.getInputsToOp();
    HostValue result =
        switch (op.getOp().opName()) {
          case "shape_of" -> HostValue.of(values.apply(in.get(0)).shape());
          case "size_at" -> HostValue.of(values.apply(in.get(0)).extent((int) numbers(op)[0]));
          case "cast", "sqrt", "strided_slice", "concat" ->
              in.stream().allMatch(this::isKnown) ? ofKnown(op) : null;
          default -> null;
        };
    if (result == null) {
      return false;
    }
    results.put(op.getOutputsOfOp().get(0), result);
    return true;
  }

  private HostValue ofKnown(SameDiffOp op) {
    List<String> in = op.getInputsToOp();
    HostValue first = of(in.get(0));
    return switch (op.getOp().opName()) {
      case "cast" -> first;
      case "sqrt" -> new HostValue(Arrays.stream(first.elements()).map(Math::sqrt).toArray());
      case "strided_slice" -> {
        int length = first.elements().length;
        int from = (int) numbers(op)[5];
        int to = (int) numbers(op)[6] < 0 ? (int) numbers(op)[6] + length : (int) numbers(op)[6];
        boolean masked = Arrays.stream(numbers(op), 0, 5).anyMatch(mask -> mask != 0);
        if (masked || from < 0 || from > to || to > length || numbers(op)[7] != 1) {
          throw new UnsupportedGraphException("such a slice of a shape");
        }
        yield new HostValue(Arrays.copyOfRange(first.elements(), from, to));
      }
      default ->
          new HostValue(
              in.stream().flatMapToDouble(v -> Arrays.stream(of(v).elements())).toArray());
    };
  }

  private static long[] numbers(SameDiffOp op) {
    return ((CustomOp) op.getOp()).iArgs();
  }

  /** Whether a variable is the result of an operation on shapes. */
  boolean isResult(String name) {
    return results.containsKey(name);
  }

  private boolean isKnown(String name) {
    if (isResult(name)) {
      return true;
    }
    SDVariable variable = graph.getVariable(name);
    return variable.getVariableType() == VariableType.CONSTANT
        && variable.dataType() != DataType.FLOAT;
  }

  /**
   * The value of a variable.
   *
   * @throws UnsupportedGraphException when it depends on more than shapes
   */
  HostValue of(String name) {
    if (isResult(name)) {
      return results.get(name);
    }
    if (!isKnown(name)) {
      throw new UnsupportedGraphException(name + " must follow from shapes");
    }
    return HostValue.of(graph.getArrForVarName(name));
  }
}
