package dev.mto.executor.plan;

import dev.mto.executor.kernels.Binary;
import dev.mto.executor.kernels.Tensor;
import dev.mto.executor.kernels.Unary;
import dev.mto.executor.kernels.Unary.Kind;
import java.util.Arrays;
import java.util.List;
import java.util.function.Function;
import org.nd4j.autodiff.samediff.internal.SameDiffOp;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.api.ops.BaseReduceOp;
import org.nd4j.linalg.api.ops.CustomOp;
import org.nd4j.linalg.api.ops.ScalarOp;

/** Adds single operations of a SameDiff graph to a program. */
final class OperationReader {
  private static final int LEADING_C_ORDER = -'c';

  private final Program program;
  private final KnownValues known;
  private final Function<String, SameDiffOp> producers;
  private final Function<String, Value> values;

  /**
   * For one graph.
   *
   * @param producers the operation that makes a variable; null for one that is given
   * @param values the value of a variable
   */
  OperationReader(
      Program program,
      KnownValues known,
      Function<String, SameDiffOp> producers,
      Function<String, Value> values) {
    this.program = program;
    this.known = known;
    this.producers = producers;
    this.values = values;
  }

  /**
   * Adds an operation.
   *
   * @return the values of its outputs
   * @throws UnsupportedGraphException when programs have none like it
   */
  List<Value> read(SameDiffOp op) {
    return op.getOp().opName().equals("unstack") ? unstack(op) : List.of(single(op));
  }

  private Value single(SameDiffOp op) {
    return switch (op.getOp().opName()) {
      case "add" -> binary(Binary.ADD, op);
      case "subtract" -> binary(Binary.SUBTRACT, op);
      case "multiply" -> binary(Binary.MULTIPLY, op);
      case "divide" -> binary(Binary.DIVIDE, op);
      case "add_scalar" -> unary(Unary.linear(1, scalar(op)), op);
      case "sub_scalar" -> unary(Unary.linear(1, -scalar(op)), op);
      case "rsub_scalar" -> unary(Unary.linear(-1, scalar(op)), op);
      case "mul_scalar" -> unary(Unary.linear(scalar(op), 0), op);
      case "div_scalar" -> unary(Unary.linear(1 / scalar(op), 0), op);
      case "rdiv_scalar" -> unary(Unary.reciprocal(scalar(op)), op);
      case "pow" -> power(scalar(op), input(op, 0));
      case "exp" -> unary(Unary.of(Kind.EXP), op);
      case "log" -> unary(Unary.of(Kind.LOG), op);
      case "log1p" -> softplus(op);
      case "sqrt" -> unary(Unary.of(Kind.SQUARE_ROOT), op);
      case "square" -> unary(Unary.of(Kind.SQUARE), op);
      case "abs" -> unary(Unary.of(Kind.ABSOLUTE), op);
      case "relu" -> relu(op);
      case "matmul" -> matmul(op);
      case "softmax" -> softmax(op);
      case "reshape" -> reshape(op);
      case "expand_dims" -> expandDims(op);
      case "permute" ->
          program.permute(
              input(op, 0), Arrays.stream(numbers(op)).mapToInt(i -> (int) i).toArray());
      case "concat" ->
          program.concat(
              op.getInputsToOp().stream().map(values).toList(), axis(op, input(op, 0).rank()));
      case "strided_slice" -> slice(op);
      case "ones_as" -> Value.uniform(1, input(op, 0).shape());
      case "fill" ->
          Value.uniform(
              ((CustomOp) op.getOp()).tArgs()[0], known.of(op.getInputsToOp().get(0)).asExtents());
      case "cast" -> cast(op);
      case "stop_gradient" -> {
        Value x = program.dense(input(op, 0));
        yield program.add(new StopGradientOperation(x, Value.view(x, 0, x.shape()))).output();
      }
      case "reduce_sum" -> sum(op, false);
      case "reduce_mean" -> sum(op, true);
      case "reduce_max" -> maximum(op);
      default -> throw new UnsupportedGraphException("operation " + op.getOp().opName());
    };
  }

  private Value input(SameDiffOp op, int index) {
    return values.apply(op.getInputsToOp().get(index));
  }

  private static long[] numbers(SameDiffOp op) {
    return ((CustomOp) op.getOp()).iArgs();
  }

  private static double scalar(SameDiffOp op) {
    return ((ScalarOp) op.getOp()).scalar().getDouble(0);
  }

  private static int axis(SameDiffOp op, int rank) {
    int axis = (int) numbers(op)[0];
    return axis < 0 ? axis + rank : axis;
  }

  private Value unary(Unary function, SameDiffOp op) {
    return program.unary(function, input(op, 0));
  }

  private Value relu(SameDiffOp op) {
    if (scalar(op) != 0) {
      throw new UnsupportedGraphException("relu of another cutoff than 0");
    }
    return unary(Unary.of(Kind.RELU), op);
  }

  private Value softmax(SameDiffOp op) {
    Value x = input(op, 0);
    if (numbers(op).length > 0 && axis(op, x.rank()) != x.rank() - 1) {
      throw new UnsupportedGraphException("softmax over another dimension than the last");
    }
    return program.softmax(x);
  }

  private Value binary(Binary function, SameDiffOp op) {
    return program.binary(function, input(op, 0), input(op, 1));
  }

  private Value power(double exponent, Value x) {
    if (exponent == 2) {
      return program.square(x);
    }
    if (exponent == 0.5) {
      return program.unary(Unary.of(Kind.SQUARE_ROOT), x);
    }
    if (exponent == -0.5) {
      Value root = program.unary(Unary.of(Kind.SQUARE_ROOT), x);
      return program.unary(Unary.reciprocal(1), root);
    }
    if (exponent == -1) {
      return program.unary(Unary.reciprocal(1), x);
    }
    throw new UnsupportedGraphException("the power " + exponent);
  }

  /** ln(1 + e^x), the only use of log1p that is compiled. */
  private Value softplus(SameDiffOp op) {
    SameDiffOp inner = producers.apply(op.getInputsToOp().get(0));
    if (inner == null || !inner.getOp().opName().equals("exp")) {
      throw new UnsupportedGraphException("log1p of another value than an exponential");
    }
    return unary(Unary.of(Kind.SOFTPLUS), inner);
  }

  private Value matmul(SameDiffOp op) {
    Transposition transposed = Transposition.of(op);
    return program.matmul(input(op, 0), transposed.left(), input(op, 1), transposed.right());
  }

  private Value reshape(SameDiffOp op) {
    Value x = input(op, 0);
    long[] shape;
    if (op.getInputsToOp().size() == 2) {
      shape = known.of(op.getInputsToOp().get(1)).asExtents();
    } else if (numbers(op)[0] == LEADING_C_ORDER) {
      shape = Arrays.copyOfRange(numbers(op), 1, numbers(op).length);
    } else {
      throw new UnsupportedGraphException("a reshape in f order");
    }
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
    return program.reshape(x, shape);
  }

  private Value expandDims(SameDiffOp op) {
    Value x = input(op, 0);
    int at = axis(op, x.rank() + 1);
    long[] shape = new long[x.rank() + 1];
    for (int i = 0; i < shape.length; i++) {
      shape[i] = i == at ? 1 : x.extent(i < at ? i : i - 1);
    }
    return program.reshape(x, shape);
  }

  private List<Value> unstack(SameDiffOp op) {
    if (numbers(op)[0] != 0) {
      throw new UnsupportedGraphException("unstack of another dimension than the first");
    }
    return UnstackOperation.add(program, program.dense(input(op, 0)));
  }

  /** Arguments: masks of begins, ellipses, ends, new and dropped axes; begins; ends; strides. */
  private Value slice(SameDiffOp op) {
    long[] numbers = numbers(op);
    int rank = (numbers.length - 5) / 3;
    if (numbers[1] != 0 || numbers[3] != 0 || numbers[4] != 0 || op.getInputsToOp().size() != 1) {
      throw new UnsupportedGraphException("a slice that changes the rank");
    }
    Value x = input(op, 0);
    for (int axis = 0; axis < rank; axis++) {
      boolean fromStart = (numbers[0] >> axis & 1) != 0;
      boolean toEnd = (numbers[2] >> axis & 1) != 0;
      if (numbers[5 + 2 * rank + axis] != 1) {
        throw new UnsupportedGraphException("a slice with steps");
      }
      long from = fromStart ? 0 : numbers[5 + axis];
      long to = toEnd ? x.extent(axis) : numbers[5 + rank + axis];
      if (from < 0 || from >= to || to > x.extent(axis)) {
        throw new UnsupportedGraphException("a slice that counts from the end, or leads out of it");
      }
      x = program.slice(x, axis, from, to);
    }
    return x;
  }

  private Value cast(SameDiffOp op) {
    DataType type = DataType.fromInt((int) numbers(op)[0]);
    Value x = input(op, 0);
    return switch (type) {
      case FLOAT -> x;
      case LONG, INT -> {
        Value dense = program.dense(x);
        yield program.add(new TruncateOperation(dense, Value.computed(dense.shape()))).output();
      }
      default -> throw new UnsupportedGraphException("a cast to " + type);
    };
  }

  private Value sum(SameDiffOp op, boolean mean) {
    Value x = input(op, 0);
    boolean[] reduced = reduced(op, x);
    long[] kept = x.shape().clone();
    long[] dropped = new long[0];
    int leading = 0;
    for (int i = 0; i < reduced.length; i++) {
      if (reduced[i]) {
        kept[i] = 1;
      } else {
        leading = i + 1;
        dropped = Arrays.copyOf(dropped, dropped.length + 1);
        dropped[dropped.length - 1] = x.extent(i);
      }
    }
    double factor = mean ? (double) Tensor.length(kept) / x.length() : 1;
    Value sum =
        leading == dropped.length
            ? program.sumOfLast(x, reduced.length - leading, factor)
            : program.scale(program.sumTo(x, kept), factor);
    return program.reshape(sum, ((BaseReduceOp) op.getOp()).isKeepDims() ? kept : dropped);
  }

  /** Which dimensions a reduction takes. */
  private static boolean[] reduced(SameDiffOp op, Value x) {
    boolean[] reduced = new boolean[x.rank()];
    INDArray dimensions = ((BaseReduceOp) op.getOp()).dimensions();
    if (dimensions == null || dimensions.isEmpty() || dimensions.getInt(0) == Integer.MAX_VALUE) {
      Arrays.fill(reduced, true);
    } else {
      for (int d : dimensions.toIntVector()) {
        reduced[d < 0 ? d + x.rank() : d] = true;
      }
    }
    return reduced;
  }

  private Value maximum(SameDiffOp op) {
    Value x = program.dense(input(op, 0));
    boolean[] reduced = reduced(op, x);
    int leading = 0;
    while (leading < reduced.length && !reduced[leading]) {
      leading++;
    }
    for (int i = leading; i < reduced.length; i++) {
      if (!reduced[i]) {
        throw new UnsupportedGraphException("a maximum of leading dimensions");
      }
    }
    long[] kept = Arrays.copyOf(x.shape(), leading);
    long rows = Tensor.length(kept);
    Value matrix = program.reshape(x, rows, x.length() / rows);
    Value largest = program.add(new RowMaximumOperation(matrix, Value.computed(rows))).output();
    if (!((BaseReduceOp) op.getOp()).isKeepDims()) {
      return program.reshape(largest, kept);
    }
    long[] ones = Arrays.copyOf(kept, x.rank());
    Arrays.fill(ones, leading, x.rank(), 1);
    return program.reshape(largest, ones);
  }
}
