package dev.mto.engine.plan;

import dev.mto.engine.kernels.Binary;
import dev.mto.engine.kernels.Selection;
import dev.mto.engine.kernels.Tensor;
import dev.mto.engine.kernels.Unary;
import dev.mto.engine.kernels.Unary.Kind;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.autodiff.samediff.SameDiff;
import org.nd4j.autodiff.samediff.VariableType;
import org.nd4j.autodiff.samediff.internal.SameDiffOp;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.api.ops.BaseReduceOp;
import org.nd4j.linalg.api.ops.CustomOp;
import org.nd4j.linalg.api.ops.ScalarOp;

/**
 * Reads the operations of a SameDiff graph that lead to the wanted values into a {@link Program},
 * for placeholders with given facts. Parts whose scope names them, as a layer normalisation, become
 * one operation.
 */
final class GraphReader {
  private static final int LEADING_C_ORDER = -'c';

  private final SameDiff graph;
  private final Map<String, FeedFacts> feeds;
  private final Program program = new Program();
  private final Map<String, Value> values = new HashMap<>();
  private final Map<String, HostValue> known = new HashMap<>();
  private final Map<String, Value> placeholders = new LinkedHashMap<>();
  private final Map<Value, String> placeholderNames = new HashMap<>();
  private final Map<String, Selection> oneHots = new LinkedHashMap<>();
  private final Map<String, MaskSelections> masks = new LinkedHashMap<>();
  private final Map<String, NamedPart> delayed = new HashMap<>();
  private final List<Integer> blockStarts = new ArrayList<>();

  GraphReader(SameDiff graph, Map<String, FeedFacts> feeds) {
    this.graph = graph;
    this.feeds = feeds;
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

  /** Placeholders that the program reads, by name. */
  Map<String, Value> placeholders() {
    return placeholders;
  }

  /** Placeholders that are one-hot selections. */
  Map<String, Selection> oneHots() {
    return oneHots;
  }

  /** Placeholders that are masks by whose rows affinities are taken. */
  Map<String, MaskSelections> masks() {
    return masks;
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
        Value x = value(part.input(0));
        Value weight = value(part.input(1));
        Value bias = value(part.input(2));
        values.put(
            part.output(),
            LayerNormOperation.add(program, program.dense(x), weight, bias, part.epsilon()));
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

  void readOne(SameDiffOp op) {
    read(op);
  }

  private void read(SameDiffOp op) {
    List<String> in = op.getInputsToOp();
    String out = op.getOutputsOfOp().get(0);
    if (readKnown(op, in, out)) {
      return;
    }
    String name = op.getOp().opName();
    switch (name) {
      case "add" -> binary(Binary.ADD, in, out);
      case "subtract" -> binary(Binary.SUBTRACT, in, out);
      case "multiply" -> binary(Binary.MULTIPLY, in, out);
      case "divide" -> binary(Binary.DIVIDE, in, out);
      case "add_scalar" -> unary(Unary.linear(1, scalar(op)), in, out);
      case "sub_scalar" -> unary(Unary.linear(1, -scalar(op)), in, out);
      case "rsub_scalar" -> unary(Unary.linear(-1, scalar(op)), in, out);
      case "mul_scalar" -> unary(Unary.linear(scalar(op), 0), in, out);
      case "div_scalar" -> unary(Unary.linear(1 / scalar(op), 0), in, out);
      case "rdiv_scalar" -> unary(Unary.reciprocal(scalar(op)), in, out);
      case "pow" -> power(scalar(op), in, out);
      case "exp" -> unary(Unary.of(Kind.EXP), in, out);
      case "log" -> unary(Unary.of(Kind.LOG), in, out);
      case "log1p" -> softplus(in, out);
      case "sqrt" -> unary(Unary.of(Kind.SQUARE_ROOT), in, out);
      case "square" -> unary(Unary.of(Kind.SQUARE), in, out);
      case "abs" -> unary(Unary.of(Kind.ABSOLUTE), in, out);
      case "relu" -> unary(Unary.of(Kind.RELU), in, out);
      case "matmul" -> matmul((CustomOp) op.getOp(), in, out);
      case "softmax" -> values.put(out, program.softmax(value(in.get(0))));
      case "reshape" -> reshape((CustomOp) op.getOp(), in, out);
      case "expand_dims" -> expandDims((CustomOp) op.getOp(), in, out);
      case "permute" -> permute((CustomOp) op.getOp(), in, out);
      case "concat" ->
          values.put(
              out,
              program.concat(
                  in.stream().map(this::value).toList(), axis(op, value(in.get(0)).rank())));
      case "unstack" -> unstack(op, in);
      case "strided_slice" -> slice((CustomOp) op.getOp(), in, out);
      case "ones_as" -> values.put(out, Value.uniform(1, value(in.get(0)).shape()));
      case "fill" ->
          values.put(
              out, Value.uniform(((CustomOp) op.getOp()).tArgs()[0], host(in.get(0)).asExtents()));
      case "cast" -> cast((CustomOp) op.getOp(), in, out);
      case "stop_gradient" -> {
        Value x = program.dense(value(in.get(0)));
        values.put(
            out, program.add(new StopGradientOperation(x, Value.view(x, 0, x.shape()))).output());
      }
      case "reduce_sum" -> reduce(op, in, out, false);
      case "reduce_mean" -> reduce(op, in, out, true);
      case "reduce_max" -> maximum(op, in, out);
      default -> throw new UnsupportedGraphException("operation " + name);
    }
  }

  /** Operations on shapes, whose results are known now. */
  private boolean readKnown(SameDiffOp op, List<String> in, String out) {
    switch (op.getOp().opName()) {
      case "shape_of" -> known.put(out, HostValue.of(value(in.get(0)).shape()));
      case "size_at" ->
          known.put(
              out, HostValue.of(value(in.get(0)).extent((int) ((CustomOp) op.getOp()).iArgs()[0])));
      case "cast", "sqrt", "strided_slice", "concat" -> {
        if (!in.stream().allMatch(this::isKnown)) {
          return false;
        }
        HostValue first = host(in.get(0));
        known.put(
            out,
            switch (op.getOp().opName()) {
              case "cast" -> first;
              case "sqrt" ->
                  new HostValue(Arrays.stream(first.elements()).map(Math::sqrt).toArray());
              case "strided_slice" -> {
                long[] numbers = ((CustomOp) op.getOp()).iArgs();
                yield new HostValue(
                    Arrays.copyOfRange(first.elements(), (int) numbers[5], (int) numbers[6]));
              }
              default ->
                  new HostValue(
                      in.stream()
                          .map(this::host)
                          .flatMapToDouble(v -> Arrays.stream(v.elements()))
                          .toArray());
            });
      }
      default -> {
        return false;
      }
    }
    return true;
  }

  private boolean isKnown(String name) {
    if (known.containsKey(name)) {
      return true;
    }
    SDVariable variable = graph.getVariable(name);
    return variable.getVariableType() == VariableType.CONSTANT
        && variable.dataType() != DataType.FLOAT;
  }

  private HostValue host(String name) {
    HostValue value = known.get(name);
    if (value != null) {
      return value;
    }
    if (!isKnown(name)) {
      throw new UnsupportedGraphException(name + " must follow from shapes");
    }
    return HostValue.of(graph.getArrForVarName(name));
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
    if (known.containsKey(name)) {
      double scalar = host(name).scalar();
      return Value.uniform(scalar);
    }
    SDVariable variable = graph.getVariable(name);
    if (variable.dataType() != DataType.FLOAT) {
      throw new UnsupportedGraphException(name + " is of type " + variable.dataType());
    }
    switch (variable.getVariableType()) {
      case PLACEHOLDER -> {
        FeedFacts facts = feeds.get(name);
        if (facts == null) {
          throw new IllegalArgumentException("placeholder " + name + " has no value");
        }
        Value fed = Value.fed(facts.extents());
        placeholders.put(name, fed);
        placeholderNames.put(fed, name);
        return fed;
      }
      case CONSTANT -> {
        INDArray array = graph.getArrForVarName(name);
        return isUniform(array)
            ? Value.uniform(array.getDouble(0), array.shape())
            : Value.stored(inCOrder(name, array));
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

  private void unary(Unary function, List<String> in, String out) {
    values.put(out, program.unary(function, value(in.get(0))));
  }

  private void power(double exponent, List<String> in, String out) {
    Value x = value(in.get(0));
    if (exponent == 2) {
      values.put(out, program.square(x));
    } else if (exponent == 0.5) {
      values.put(out, program.unary(Unary.of(Kind.SQUARE_ROOT), x));
    } else if (exponent == -0.5) {
      Value root = program.unary(Unary.of(Kind.SQUARE_ROOT), x);
      values.put(out, program.unary(Unary.reciprocal(1), root));
    } else if (exponent == -1) {
      values.put(out, program.unary(Unary.reciprocal(1), x));
    } else {
      throw new UnsupportedGraphException("the power " + exponent);
    }
  }

  private void binary(Binary function, List<String> in, String out) {
    values.put(out, program.binary(function, value(in.get(0)), value(in.get(1))));
  }

  /** ln(1 + e^x), the only use of log1p that is compiled. */
  private void softplus(List<String> in, String out) {
    SameDiffOp inner = producer(in.get(0));
    if (inner == null || !inner.getOp().opName().equals("exp")) {
      throw new UnsupportedGraphException("log1p of another value than an exponential");
    }
    unary(Unary.of(Kind.SOFTPLUS), inner.getInputsToOp(), out);
  }

  private static double scalar(SameDiffOp op) {
    return ((ScalarOp) op.getOp()).scalar().getDouble(0);
  }

  private void matmul(CustomOp op, List<String> in, String out) {
    long[] transposed = op.iArgs();
    if (transposed.length > 2 && transposed[2] != 0) {
      throw new UnsupportedGraphException("a transposed matrix product");
    }
    boolean a = transposed.length > 0 && transposed[0] != 0;
    boolean b = transposed.length > 1 && transposed[1] != 0;
    NamedPart entropy = delayed.get(in.get(1));
    if (entropy != null) {
      Value heterogeneity = MaskedEntropies.read(this, value(in.get(0)), entropy);
      if (heterogeneity != null) {
        delayed.remove(in.get(1));
        values.put(out, heterogeneity);
        return;
      }
    }
    Value left = value(in.get(0));
    Selection selection = selection(left);
    if (selection != null && !b) {
      Value right = program.dense(value(in.get(1)));
      values.put(
          out,
          a
              ? ScatterOperation.add(program, selection, right)
              : GatherOperation.add(program, selection, right));
      return;
    }
    values.put(out, program.matmul(left, a, value(in.get(1)), b));
  }

  private Selection selection(Value left) {
    String name = placeholderNames.get(left);
    if (name == null || !feeds.get(name).oneHot()) {
      return null;
    }
    return oneHots.computeIfAbsent(
        name, n -> new Selection((int) left.extent(0), (int) left.extent(1), (int) left.extent(2)));
  }

  /**
   * The rows that a mask placeholder selects; null where {@code value} is none or its images differ
   * in their number of masked tokens.
   */
  MaskSelections maskSelections(Value value) {
    String name = placeholderNames.get(value);
    if (name == null) {
      return null;
    }
    int masked = feeds.get(name).onesInRow();
    int tokens = (int) value.extent(1);
    return masked <= 0 || masked >= tokens
        ? null
        : masks.computeIfAbsent(
            name, n -> MaskSelections.of((int) value.extent(0), masked, tokens));
  }

  private void reshape(CustomOp op, List<String> in, String out) {
    if (in.size() != 1 || op.iArgs()[0] != LEADING_C_ORDER) {
      throw new UnsupportedGraphException("a reshape by a computed shape or in f order");
    }
    Value x = value(in.get(0));
    long[] shape = Arrays.copyOfRange(op.iArgs(), 1, op.iArgs().length);
    long rest = 1;
    int open = -1;
    for (int i = 0; i < shape.length; i++) {
      if (shape[i] == -1) {
        open = i;
      } else {
        rest *= shape[i];
      }
    }
    if (open >= 0) {
      shape[open] = x.length() / rest;
    }
    values.put(out, program.reshape(x, shape));
  }

  private void expandDims(CustomOp op, List<String> in, String out) {
    Value x = value(in.get(0));
    int axis = (int) op.iArgs()[0];
    int at = axis < 0 ? x.rank() + 1 + axis : axis;
    long[] shape = new long[x.rank() + 1];
    for (int i = 0; i < shape.length; i++) {
      shape[i] = i == at ? 1 : x.extent(i < at ? i : i - 1);
    }
    values.put(out, program.reshape(x, shape));
  }

  private void permute(CustomOp op, List<String> in, String out) {
    values.put(
        out,
        program.permute(
            value(in.get(0)), Arrays.stream(op.iArgs()).mapToInt(i -> (int) i).toArray()));
  }

  private static int axis(SameDiffOp op, int rank) {
    int axis = (int) ((CustomOp) op.getOp()).iArgs()[0];
    return axis < 0 ? axis + rank : axis;
  }

  private void unstack(SameDiffOp op, List<String> in) {
    if (axis(op, 1) != 0) {
      throw new UnsupportedGraphException("unstack of another dimension than the first");
    }
    List<Value> parts = UnstackOperation.add(program, program.dense(value(in.get(0))));
    for (int i = 0; i < parts.size(); i++) {
      values.put(op.getOutputsOfOp().get(i), parts.get(i));
    }
  }

  /** Arguments: masks of begins, ellipses, ends, new and dropped axes; begins; ends; strides. */
  private void slice(CustomOp op, List<String> in, String out) {
    long[] numbers = op.iArgs();
    int rank = (numbers.length - 5) / 3;
    if (numbers[1] != 0 || numbers[3] != 0 || numbers[4] != 0 || in.size() != 1) {
      throw new UnsupportedGraphException("a slice that changes the rank");
    }
    Value x = value(in.get(0));
    for (int axis = 0; axis < rank; axis++) {
      boolean fromStart = (numbers[0] >> axis & 1) != 0;
      boolean toEnd = (numbers[2] >> axis & 1) != 0;
      if (numbers[5 + 2 * rank + axis] != 1) {
        throw new UnsupportedGraphException("a slice with steps");
      }
      x =
          program.slice(
              x,
              axis,
              fromStart ? 0 : numbers[5 + axis],
              toEnd ? x.extent(axis) : numbers[5 + rank + axis]);
    }
    values.put(out, x);
  }

  private void cast(CustomOp op, List<String> in, String out) {
    DataType type = DataType.fromInt((int) op.iArgs()[0]);
    Value x = value(in.get(0));
    if (type == DataType.FLOAT) {
      values.put(out, x);
    } else if (type == DataType.INT64 || type == DataType.INT32) {
      Value dense = program.dense(x);
      values.put(
          out, program.add(new TruncateOperation(dense, Value.computed(dense.shape()))).output());
    } else {
      throw new UnsupportedGraphException("a cast to " + type);
    }
  }

  private void reduce(SameDiffOp op, List<String> in, String out, boolean mean) {
    Value x = value(in.get(0));
    int dimensions = reducedFromTheEnd(op, x);
    double count = 1;
    for (int i = 1; i <= dimensions; i++) {
      count *= x.extent(-i);
    }
    Value sum = program.sumOfLast(x, dimensions, mean ? 1 / count : 1);
    values.put(out, program.reshape(sum, reducedShape(op, x, dimensions)));
  }

  private void maximum(SameDiffOp op, List<String> in, String out) {
    Value x = program.dense(value(in.get(0)));
    int dimensions = reducedFromTheEnd(op, x);
    long[] kept = Arrays.copyOf(x.shape(), x.rank() - dimensions);
    long rows = Tensor.length(kept);
    Value matrix = program.reshape(x, rows, x.length() / rows);
    Value largest = program.add(new RowMaximumOperation(matrix, Value.computed(rows))).output();
    values.put(out, program.reshape(largest, reducedShape(op, x, dimensions)));
  }

  private static long[] reducedShape(SameDiffOp op, Value x, int dimensions) {
    long[] shape = Arrays.copyOf(x.shape(), x.rank() - dimensions);
    if (!((BaseReduceOp) op.getOp()).isKeepDims()) {
      return shape;
    }
    long[] kept = Arrays.copyOf(shape, x.rank());
    Arrays.fill(kept, shape.length, x.rank(), 1);
    return kept;
  }

  /** How many trailing dimensions a reduction takes. */
  private static int reducedFromTheEnd(SameDiffOp op, Value x) {
    INDArray dimensions = ((BaseReduceOp) op.getOp()).dimensions();
    if (dimensions == null || dimensions.isEmpty() || dimensions.getInt(0) == Integer.MAX_VALUE) {
      return x.rank();
    }
    int[] sorted =
        Arrays.stream(dimensions.toIntVector())
            .map(d -> d < 0 ? d + x.rank() : d)
            .sorted()
            .toArray();
    for (int i = 0; i < sorted.length; i++) {
      if (sorted[sorted.length - 1 - i] != x.rank() - 1 - i) {
        throw new UnsupportedGraphException("a reduction of leading dimensions");
      }
    }
    return sorted.length;
  }
}
