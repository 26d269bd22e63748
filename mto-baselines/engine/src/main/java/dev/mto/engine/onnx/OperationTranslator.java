package dev.mto.engine.onnx;

import static dev.mto.engine.onnx.OnnxGraph.attribute;

import dev.mto.engine.errors.UserException;
import dev.mto.engine.onnx.Translated.Filled;
import dev.mto.engine.onnx.Translated.Numbers;
import dev.mto.engine.onnx.Translated.Value;
import dev.mto.executor.plan.NamedPart;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Function;
import java.util.function.ToIntFunction;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import onnx.Onnx.AttributeProto;
import onnx.Onnx.NodeProto;
import org.nd4j.autodiff.samediff.internal.SameDiffOp;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.api.ops.BaseReduceOp;
import org.nd4j.linalg.api.ops.CustomOp;
import org.nd4j.linalg.api.ops.ScalarOp;

/** Translates single operations, and parts that ONNX has an operation for. */
final class OperationTranslator {
  private static final int LEADING_C_ORDER = -'c';
  private static final String GEMM = "Gemm";

  private final OnnxGraph onnx;
  private final Function<String, Translated> values;
  private final ToIntFunction<String> uses;
  private final Map<String, Shape> reshapedFrom = new HashMap<>();
  private String batchInput;
  private long batchDimension;
  private long batchRank;

  /**
   * For one graph.
   *
   * @param values what a variable has become
   * @param uses how many operations take a variable
   */
  OperationTranslator(
      OnnxGraph onnx, Function<String, Translated> values, ToIntFunction<String> uses) {
    this.onnx = onnx;
    this.values = values;
    this.uses = uses;
  }

  /** Notes an input from which the batch can be read when the model runs. */
  void batchIsOf(String input, Shape shape) {
    int dimension = shape.extents().indexOf(Extent.BATCH);
    if (batchInput == null && dimension >= 0) {
      batchInput = input;
      batchDimension = dimension;
      batchRank = shape.rank();
    }
  }

  /** A layer normalisation or a GELU. */
  Translated translate(NamedPart part) {
    Value x = value(values.apply(part.input(0)));
    if (part.kind() == NamedPart.Kind.LAYER_NORM) {
      String result =
          onnx.node(
              "LayerNormalization",
              part.output(),
              List.of(
                  x.name(),
                  value(values.apply(part.input(1))).name(),
                  value(values.apply(part.input(2))).name()),
              attribute("axis", -1L),
              attribute("epsilon", part.epsilon()));
      return new Value(result, x.shape());
    }
    String inner = onnx.node("Div", part.name() + "/div", List.of(x.name(), root2()));
    String erf = onnx.node("Erf", part.name() + "/erf", List.of(inner));
    String above = onnx.node("Add", part.name() + "/add", List.of(erf, onnx.scalar(1)));
    String product = onnx.node("Mul", part.name() + "/mul", List.of(x.name(), above));
    return new Value(
        onnx.node("Mul", part.output(), List.of(product, onnx.scalar(0.5))), x.shape());
  }

  private String root2() {
    return onnx.scalar(Math.sqrt(2));
  }

  /**
   * An operation.
   *
   * @return what its outputs have become
   * @throws UserException when it, or its use, is none that is known
   */
  List<Translated> translate(SameDiffOp op) {
    return op.getOp().opName().equals("unstack") ? unstack(op) : List.of(single(op));
  }

  private Translated single(SameDiffOp op) {
    return switch (op.getOp().opName()) {
      case "add" -> add(op);
      case "subtract" -> binary("Sub", op);
      case "multiply" -> multiply(op);
      case "divide" -> binary("Div", op);
      case "add_scalar" -> withScalar("Add", op);
      case "sub_scalar" -> withScalar("Sub", op);
      case "mul_scalar" -> withScalar("Mul", op);
      case "div_scalar" -> withScalar("Div", op);
      case "pow" -> withScalar("Pow", op);
      case "sqrt" -> unary("Sqrt", op);
      case "exp" -> unary("Exp", op);
      case "log" -> unary("Log", op);
      case "erf" -> unary("Erf", op);
      case "relu" -> relu(op);
      case "identity" -> input(op, 0);
      case "softmax" -> softmax(op);
      case "matmul" -> matmul(op);
      case "reshape" -> reshape(op);
      case "permute" -> permute(op);
      case "concat" -> concat(op);
      case "strided_slice" -> slice(op);
      case "reduce_mean" -> reduce("ReduceMean", op);
      case "reduce_max" -> reduce("ReduceMax", op);
      case "shape_of" -> new Numbers(shape(input(op, 0)));
      case "fill" ->
          new Filled(((CustomOp) op.getOp()).tArgs()[0], numbers(input(op, 0), op).elements());
      default -> throw refused(op, "is not known");
    };
  }

  private static UserException refused(SameDiffOp op, String why) {
    return new UserException(
        "ONNX: operation %s (%s) %s; export --format samediff instead"
            .formatted(op.getOp().opName(), op.getName(), why));
  }

  private Translated input(SameDiffOp op, int index) {
    return values.apply(op.getInputsToOp().get(index));
  }

  private static String output(SameDiffOp op) {
    return op.getOutputsOfOp().get(0);
  }

  private static long[] arguments(SameDiffOp op) {
    return ((CustomOp) op.getOp()).iArgs();
  }

  private static Shape shape(Translated of) {
    if (of instanceof Value value) {
      return value.shape();
    }
    return of instanceof Filled filled
        ? filled.shape()
        : Shape.of(((Numbers) of).elements().rank());
  }

  /** A value of the graph, made where it was only known. */
  Value value(Translated of) {
    if (of instanceof Value value) {
      return value;
    }
    if (of instanceof Filled filled) {
      return expanded(
          new Value(onnx.scalar(filled.number()), Shape.of()), filled.shape(), "filled");
    }
    throw new UserException("ONNX: the numbers of a shape are used as values");
  }

  private static Numbers numbers(Translated of, SameDiffOp op) {
    if (of instanceof Numbers numbers) {
      return numbers;
    }
    throw refused(op, "has a shape that depends on values");
  }

  private Value unary(String type, SameDiffOp op) {
    Value x = value(input(op, 0));
    return new Value(onnx.node(type, output(op), List.of(x.name())), x.shape());
  }

  private Value withScalar(String type, SameDiffOp op) {
    Value x = value(input(op, 0));
    String scalar = onnx.scalar(((ScalarOp) op.getOp()).scalar().getDouble(0));
    return new Value(onnx.node(type, output(op), List.of(x.name(), scalar)), x.shape());
  }

  private Value binary(String type, SameDiffOp op) {
    Value left = value(input(op, 0));
    Value right = value(input(op, 1));
    return new Value(
        onnx.node(type, output(op), List.of(left.name(), right.name())),
        left.shape().broadcast(right.shape()));
  }

  private Value relu(SameDiffOp op) {
    if (((ScalarOp) op.getOp()).scalar().getDouble(0) != 0) {
      throw refused(op, "has another cutoff than 0");
    }
    return unary("Relu", op);
  }

  /** A bias on a matrix product that nobody else takes is part of it. */
  private Value add(SameDiffOp op) {
    Value left = value(input(op, 0));
    Value right = value(input(op, 1));
    NodeProto.Builder product = onnx.producer(left.name());
    boolean isBias =
        product != null
            && product.getOpType().equals(GEMM)
            && product.getInputCount() == 2
            && uses.applyAsInt(op.getInputsToOp().get(0)) == 1
            && right.shape().rank() == 1
            && (right.shape().at(-1).equals(left.shape().at(-1))
                || right.shape().at(-1).equals(Extent.ONE))
            && onnx.producer(right.name()) == null;
    if (!isBias) {
      return binary("Add", op);
    }
    product.addInput(right.name());
    return new Value(onnx.rename(product, output(op)), left.shape());
  }

  private Value multiply(SameDiffOp op) {
    Translated left = input(op, 0);
    Translated right = input(op, 1);
    if (left instanceof Filled ones && ones.number() == 1) {
      Value repeated = value(right);
      return expanded(repeated, ones.shape().broadcast(repeated.shape()), output(op));
    }
    return binary("Mul", op);
  }

  /** Repeated along dimensions of one. */
  private Value expanded(Value of, Shape to, String name) {
    String numbers;
    if (to.ofBatch()) {
      List<String> parts = new ArrayList<>();
      for (Extent extent : to.extents()) {
        parts.add(extent.ofBatch() ? batch(extent) : onnx.numbers(extent.factor()));
      }
      numbers = onnx.node("Concat", name + "/shape", parts, attribute("axis", -1L));
    } else {
      numbers = onnx.numbers(to.numbers());
    }
    return new Value(onnx.node("Expand", name, List.of(of.name(), numbers)), to);
  }

  private String batch(Extent extent) {
    if (batchInput == null) {
      throw new UserException("ONNX: no input says how large the batch is");
    }
    String batch =
        onnx.node(
            "Shape",
            "batch",
            List.of(batchInput),
            attribute("start", batchDimension - batchRank),
            attribute("end", batchDimension + 1L));
    return extent.factor() == 1
        ? batch
        : onnx.node("Mul", "batches", List.of(batch, onnx.numbers(extent.factor())));
  }

  /** From the end, as a number that is 0 is left out of files. */
  private static AttributeProto axis(int axis, Shape of) {
    return attribute("axis", (long) axis - of.rank());
  }

  private Value softmax(SameDiffOp op) {
    Value x = value(input(op, 0));
    long[] arguments = arguments(op);
    int axis = x.shape().axis(arguments.length == 0 ? -1 : (int) arguments[0]);
    return new Value(
        onnx.node("Softmax", output(op), List.of(x.name()), axis(axis, x.shape())), x.shape());
  }

  private Value matmul(SameDiffOp op) {
    Value left = value(input(op, 0));
    Value right = value(input(op, 1));
    boolean ofLeft = transposed(op, 0);
    boolean ofRight = transposed(op, 1);
    if (transposed(op, 2) || left.shape().rank() != right.shape().rank()) {
      throw refused(op, "is transposed, or of different ranks");
    }
    int rank = left.shape().rank();
    Extent rows = left.shape().at(ofLeft ? -1 : -2);
    Extent columns = right.shape().at(ofRight ? -2 : -1);
    Shape shape = left.shape().with(-2, rows).with(-1, columns);
    if (rank == 2) {
      return new Value(
          onnx.node(
              GEMM,
              output(op),
              List.of(left.name(), right.name()),
              Stream.of(ofLeft ? "transA" : null, ofRight ? "transB" : null)
                  .filter(Objects::nonNull)
                  .map(name -> attribute(name, 1L))
                  .toArray(AttributeProto[]::new)),
          shape);
    }
    List<String> factors =
        List.of(ofLeft ? swapped(left) : left.name(), ofRight ? swapped(right) : right.name());
    return new Value(onnx.node("MatMul", output(op), factors), shape);
  }

  private static boolean transposed(SameDiffOp op, int which) {
    long[] arguments = arguments(op);
    return arguments.length > which && arguments[which] != 0;
  }

  /** With its last two dimensions exchanged. */
  private String swapped(Value of) {
    int rank = of.shape().rank();
    long[] order = IntStream.range(0, rank).asLongStream().toArray();
    order[rank - 1] = rank - 2L;
    order[rank - 2] = rank - 1L;
    return onnx.node(
        "Transpose", of.name() + "/transposed", List.of(of.name()), attribute("perm", order));
  }

  private Value reshape(SameDiffOp op) {
    Value x = value(input(op, 0));
    Shape to = op.getInputsToOp().size() == 2 ? numbers(input(op, 1), op).elements() : given(op);
    return reshaped(x, closed(to, x.shape().length()), output(op));
  }

  private static Shape given(SameDiffOp op) {
    long[] arguments = arguments(op);
    if (arguments[0] != LEADING_C_ORDER) {
      throw refused(op, "is in f order");
    }
    return Shape.of(Arrays.copyOfRange(arguments, 1, arguments.length));
  }

  /** With the extent in the place of -1 that is left. */
  private static Shape closed(Shape open, Extent length) {
    int at = open.extents().indexOf(Extent.of(-1));
    return at < 0 ? open : open.with(at, length.over(open.with(at, Extent.ONE).length()));
  }

  /** Of reshapes in a row the last one is left, and none where nothing changes. */
  private Value reshaped(Value x, Shape to, String name) {
    NodeProto.Builder producer = onnx.producer(x.name());
    if (producer != null && producer.getOpType().equals("Reshape")) {
      String before = producer.getInput(0);
      Shape shape = reshapedFrom.get(x.name());
      return shape.equals(to)
          ? new Value(before, shape)
          : reshapedOnce(new Value(before, shape), to, name);
    }
    return x.shape().equals(to) ? x : reshapedOnce(x, to, name);
  }

  private Value reshapedOnce(Value x, Shape to, String name) {
    String result = onnx.node("Reshape", name, List.of(x.name(), onnx.numbers(to.numbers())));
    reshapedFrom.put(result, x.shape());
    return new Value(result, to);
  }

  private Value permute(SameDiffOp op) {
    Value x = value(input(op, 0));
    long[] order = arguments(op);
    return new Value(
        onnx.node("Transpose", output(op), List.of(x.name()), attribute("perm", order)),
        x.shape().permuted(order));
  }

  private Translated concat(SameDiffOp op) {
    List<Translated> parts = op.getInputsToOp().stream().map(values).toList();
    if (parts.stream().allMatch(Numbers.class::isInstance)) {
      return new Numbers(
          new Shape(
              parts.stream().flatMap(p -> ((Numbers) p).elements().extents().stream()).toList()));
    }
    List<Value> all = parts.stream().map(this::value).toList();
    Shape first = all.get(0).shape();
    int axis = first.axis((int) arguments(op)[0]);
    Extent extent =
        Extent.of(all.stream().mapToLong(part -> fixed(part.shape().at(axis), op)).sum());
    return new Value(
        onnx.node("Concat", output(op), all.stream().map(Value::name).toList(), axis(axis, first)),
        first.with(axis, extent));
  }

  private static long fixed(Extent extent, SameDiffOp op) {
    if (extent.ofBatch()) {
      throw refused(op, "is along the batch");
    }
    return extent.factor();
  }

  private List<Translated> unstack(SameDiffOp op) {
    Value x = value(input(op, 0));
    int axis = x.shape().axis((int) arguments(op)[0]);
    List<Translated> parts = new ArrayList<>();
    for (int i = 0; i < op.getOutputsOfOp().size(); i++) {
      parts.add(
          new Value(
              onnx.node(
                  "Gather",
                  op.getOutputsOfOp().get(i),
                  List.of(x.name(), onnx.number(i)),
                  axis(axis, x.shape())),
              x.shape().without(axis)));
    }
    return parts;
  }

  /** Arguments: masks of begins, ellipses, ends, new and dropped axes; begins; ends; strides. */
  private Translated slice(SameDiffOp op) {
    long[] arguments = arguments(op);
    int rank = (arguments.length - 5) / 3;
    boolean ofSteps = false;
    for (int axis = 0; axis < rank; axis++) {
      ofSteps |= arguments[5 + 2 * rank + axis] != 1;
    }
    if (ofSteps || arguments[1] != 0 || arguments[3] != 0 || arguments[4] != 0) {
      throw refused(op, "has steps, or changes the rank");
    }
    if (input(op, 0) instanceof Numbers numbers) {
      List<Extent> elements = numbers.elements().extents();
      return new Numbers(
          new Shape(
              elements.subList(
                  begin(arguments, 0, elements.size()), end(arguments, 0, elements.size()))));
    }
    return sliced(op, arguments, rank);
  }

  private Value sliced(SameDiffOp op, long[] arguments, int rank) {
    Value x = value(input(op, 0));
    Shape shape = x.shape();
    List<Long> begins = new ArrayList<>();
    List<Long> ends = new ArrayList<>();
    List<Long> axes = new ArrayList<>();
    for (int axis = 0; axis < rank; axis++) {
      boolean whole = begin(arguments, axis, 0) == 0 && (arguments[2] >> axis & 1) != 0;
      if (!whole) {
        int extent = Math.toIntExact(fixed(shape.at(axis), op));
        int begin = begin(arguments, axis, extent);
        int end = end(arguments, axis, extent);
        begins.add((long) begin);
        ends.add((long) end);
        axes.add((long) axis);
        shape = shape.with(axis, Extent.of(end - begin));
      }
    }
    return new Value(
        onnx.node(
            "Slice", output(op), List.of(x.name(), numbers(begins), numbers(ends), numbers(axes))),
        shape);
  }

  private String numbers(List<Long> values) {
    return onnx.numbers(values.stream().mapToLong(Long::longValue).toArray());
  }

  private static int begin(long[] arguments, int axis, int extent) {
    int begin = (arguments[0] >> axis & 1) != 0 ? 0 : (int) arguments[5 + axis];
    return begin < 0 ? begin + extent : begin;
  }

  private static int end(long[] arguments, int axis, int extent) {
    int rank = (arguments.length - 5) / 3;
    int end = (arguments[2] >> axis & 1) != 0 ? extent : (int) arguments[5 + rank + axis];
    return end < 0 ? end + extent : end;
  }

  private Value reduce(String type, SameDiffOp op) {
    Value x = value(input(op, 0));
    BaseReduceOp reduction = (BaseReduceOp) op.getOp();
    INDArray dimensions = reduction.dimensions();
    if (dimensions == null || dimensions.isEmpty() || dimensions.getInt(0) == Integer.MAX_VALUE) {
      throw refused(op, "is over all dimensions, of the batch too");
    }
    long[] axes =
        Arrays.stream(dimensions.toIntVector()).mapToLong(x.shape()::axis).sorted().toArray();
    Shape shape = x.shape();
    for (int i = axes.length - 1; i >= 0; i--) {
      fixed(shape.at((int) axes[i]), op);
      shape =
          reduction.isKeepDims()
              ? shape.with((int) axes[i], Extent.ONE)
              : shape.without((int) axes[i]);
    }
    return new Value(
        onnx.node(
            type,
            output(op),
            List.of(x.name()),
            attribute("axes", axes),
            attribute("keepdims", reduction.isKeepDims() ? 1L : 0L)),
        shape);
  }
}
