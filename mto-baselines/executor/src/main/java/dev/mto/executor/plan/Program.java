package dev.mto.executor.plan;

import dev.mto.executor.kernels.Binary;
import dev.mto.executor.kernels.Tensor;
import dev.mto.executor.kernels.Unary;
import dev.mto.executor.kernels.Unary.Kind;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;

/**
 * A list of operations in the order of their execution. Its methods add operations and return their
 * results; what needs no work, as a reshape or a repetition, adds none.
 */
final class Program {
  private final List<Operation> operations = new ArrayList<>();
  private final Map<Value, Operation> producers = new HashMap<>();

  List<Operation> operations() {
    return operations;
  }

  /** The operation that computes {@code value}; null where it is given. */
  Operation producer(Value value) {
    return producers.get(value);
  }

  /** Puts other operations in the place of some, with the same results. */
  void replaceAll(UnaryOperator<Operation> other) {
    operations.replaceAll(other);
    operations.forEach(
        operation -> operation.outputs().forEach(output -> producers.put(output, operation)));
  }

  <T extends Operation> T add(T operation) {
    operations.add(operation);
    operation.outputs().forEach(output -> producers.put(output, operation));
    return operation;
  }

  Value matmul(Value a, boolean transposeA, Value b, boolean transposeB) {
    return matmul(a, transposeA, b, transposeB, false);
  }

  /**
   * A matrix product.
   *
   * @param narrow whether its operands may be rounded
   */
  Value matmul(Value a, boolean transposeA, Value b, boolean transposeB, boolean narrow) {
    long rows = a.extent(transposeA ? -1 : -2);
    long inner = a.extent(transposeA ? -2 : -1);
    long columns = b.extent(transposeB ? -2 : -1);
    if (inner != b.extent(transposeB ? -1 : -2) || a.rank() != b.rank()) {
      throw new UnsupportedGraphException(
          "matrix product of %s and %s"
              .formatted(Arrays.toString(a.shape()), Arrays.toString(b.shape())));
    }
    long[] shape = a.shape().clone();
    shape[shape.length - 2] = rows;
    shape[shape.length - 1] = columns;
    if (inner == 1 && a.isUniform(1) && !b.isUniform()) {
      return repeat(reshape(b, withRows(shape, 1)), shape);
    }
    if (inner == 1 && b.isUniform(1)) {
      return repeat(reshape(a, withColumns(shape, 1)), shape);
    }
    if (b.isUniform() && columns == 1 && !transposeA) {
      Value matrix = reshape(dense(a), a.length() / inner, inner);
      return reshape(RowSumOperation.add(this, matrix, b.element()), shape);
    }
    return add(new MatrixProductOperation(
            dense(a),
            transposeA,
            dense(b),
            transposeB,
            1,
            null,
            null,
            narrow,
            Value.computed(shape)))
        .output();
  }

  private static long[] withRows(long[] shape, long rows) {
    long[] changed = shape.clone();
    changed[shape.length - 2] = rows;
    return changed;
  }

  private static long[] withColumns(long[] shape, long columns) {
    long[] changed = shape.clone();
    changed[shape.length - 1] = columns;
    return changed;
  }

  Value unary(Unary function, Value x) {
    if (x.isUniform()) {
      return add(new UnaryOperation(function, x, Value.computed(x.shape()))).output();
    }
    if (x.isRepeated()) {
      return Value.repeated(unary(function, x.source()), x.shape());
    }
    Value made = reshaped(x);
    return reshape(
        add(new UnaryOperation(function, made, Value.computed(made.shape()))).output(), x.shape());
  }

  Value scale(Value x, double factor) {
    return factor == 1 ? x : unary(Unary.linear(factor, 0), x);
  }

  Value binary(Binary function, Value a, Value b) {
    long[] shape = commonShape(a, b);
    Value left = withRank(a, shape.length);
    Value right = withRank(b, shape.length);
    if (left.isRepeated()
        && right.isRepeated()
        && Arrays.equals(left.source().shape(), right.source().shape())) {
      return Value.repeated(binary(function, left.source(), right.source()), shape);
    }
    Value first = left.isRepeated() ? left.source() : left;
    Value second = right.isRepeated() ? right.source() : right;
    if (Arrays.equals(first.shape(), shape)) {
      return combined(function, first, second, shape);
    }
    if (Arrays.equals(second.shape(), shape)) {
      return switch (function) {
        case ADD, MULTIPLY -> combined(function, second, first, shape);
        case SUBTRACT -> combined(Binary.ADD, scale(second, -1), first, shape);
        case DIVIDE -> combined(Binary.MULTIPLY, unary(Unary.reciprocal(1), second), first, shape);
      };
    }
    Value product = function == Binary.MULTIPLY ? outer(first, second, shape) : null;
    return product != null
        ? product
        : combined(function, dense(repeat(first, shape)), second, shape);
  }

  private Value combined(Binary function, Value full, Value repeated, long[] shape) {
    Value made = reshaped(Arrays.equals(repeated.shape(), shape) ? repeated : full);
    long[] source = RepeatedReshape.source(repeated.shape(), shape, made.shape());
    if (source == null) {
      return add(new BinaryOperation(function, full, repeated, Value.computed(shape))).output();
    }
    return reshape(
        add(new BinaryOperation(
                function,
                reshape(full, made.shape()),
                reshape(repeated, source),
                Value.computed(made.shape())))
            .output(),
        shape);
  }

  /**
   * What {@code x} is a reshape of. Operations on elements are done in the shape in which their
   * operand was made, where they can be joined to what made it.
   */
  private Value reshaped(Value x) {
    Value made = x;
    while (producers.get(made) instanceof ViewOperation view) {
      made = view.x();
    }
    return made;
  }

  /** Values that differ in leading dimensions times such that differ in the others; else null. */
  private Value outer(Value a, Value b, long[] shape) {
    for (int split = 1; split < shape.length; split++) {
      long[] leading = shape.clone();
      Arrays.fill(leading, split, shape.length, 1);
      long[] trailing = shape.clone();
      Arrays.fill(trailing, 0, split, 1);
      boolean inOrder = Arrays.equals(a.shape(), leading) && Arrays.equals(b.shape(), trailing);
      if (inOrder || (Arrays.equals(b.shape(), leading) && Arrays.equals(a.shape(), trailing))) {
        Value column = reshape(inOrder ? a : b, Tensor.length(leading), 1);
        Value row = reshape(inOrder ? b : a, 1, Tensor.length(trailing));
        return reshape(product(column, row), shape);
      }
    }
    return null;
  }

  private static long[] commonShape(Value a, Value b) {
    int rank = Math.max(a.rank(), b.rank());
    long[] shape = new long[rank];
    for (int i = 1; i <= rank; i++) {
      long left = i <= a.rank() ? a.extent(-i) : 1;
      long right = i <= b.rank() ? b.extent(-i) : 1;
      if (left != right && left != 1 && right != 1) {
        throw new UnsupportedGraphException(
            "shapes %s and %s".formatted(Arrays.toString(a.shape()), Arrays.toString(b.shape())));
      }
      shape[rank - i] = Math.max(left, right);
    }
    return shape;
  }

  private Value withRank(Value x, int rank) {
    if (x.rank() == rank) {
      return x;
    }
    long[] shape = new long[rank];
    Arrays.fill(shape, 1);
    System.arraycopy(x.shape(), 0, shape, rank - x.rank(), x.rank());
    return reshape(x, shape);
  }

  /** {@code x} repeated along its dimensions of extent 1. */
  Value repeat(Value x, long... shape) {
    if (Arrays.equals(x.shape(), shape)) {
      return x;
    }
    return x.isRepeated() ? Value.repeated(x.source(), shape) : Value.repeated(x, shape);
  }

  /** The value as elements in memory. */
  Value dense(Value x) {
    if (!x.isRepeated()) {
      return x;
    }
    long[] full = x.shape();
    Value made = x.source();
    int end = full.length;
    while (end > 0) {
      int last = end - 1;
      if (made.extent(last) == full[last]) {
        end--;
        continue;
      }
      int start = last;
      while (start > 0 && made.extent(start - 1) == 1) {
        start--;
      }
      made = repeated(made, start, end, full);
      end = start;
    }
    return made;
  }

  /** {@code x}, of extent 1 from dimension {@code start} to {@code end}, repeated along these. */
  private Value repeated(Value x, int start, int end, long[] full) {
    long[] shape = x.shape().clone();
    System.arraycopy(full, start, shape, start, end - start);
    long head = Tensor.length(Arrays.copyOf(shape, start));
    long times = Tensor.length(Arrays.copyOfRange(shape, start, end));
    long tail = Tensor.length(Arrays.copyOfRange(shape, end, shape.length));
    Value repetition;
    if (tail == 1) {
      repetition = product(reshape(x, head, 1), Value.uniform(1, 1, times));
    } else if (head == 1) {
      repetition = product(Value.uniform(1, times, 1), reshape(x, 1, tail));
    } else {
      repetition = product(Value.uniform(1, head, times, 1), reshape(x, head, 1, tail));
    }
    return reshape(repetition, shape);
  }

  Value reshape(Value x, long... shape) {
    if (Arrays.equals(x.shape(), shape)) {
      return x;
    }
    if (x.isUniform()) {
      return Value.uniform(x.element(), shape);
    }
    if (x.isRepeated()) {
      long[] source = RepeatedReshape.source(x.source().shape(), x.shape(), shape);
      return source == null
          ? reshape(dense(x), shape)
          : Value.repeated(reshape(x.source(), source), shape);
    }
    Value made = reshaped(x);
    if (Arrays.equals(made.shape(), shape)) {
      return made;
    }
    return add(new ViewOperation(x, Value.view(x, 0, shape))).output();
  }

  Value permute(Value x, int... order) {
    long[] shape = Arrays.stream(order).mapToLong(x::extent).toArray();
    return add(new PermuteOperation(
            dense(x), Arrays.stream(order).boxed().toList(), Value.computed(shape)))
        .output();
  }

  /** Elements {@code from} to {@code to} (exclusive) of a dimension. */
  Value slice(Value x, int axis, long from, long to) {
    if (from == 0 && to == x.extent(axis)) {
      return x;
    }
    return SliceOperation.add(this, dense(x), axis, from, to);
  }

  /** {@code x} between zeros, so that the dimension has {@code total} elements. */
  Value pad(Value x, int axis, long from, long total) {
    return PadOperation.add(this, dense(x), axis, from, total);
  }

  Value concat(List<Value> parts, int axis) {
    List<Value> dense = parts.stream().map(this::dense).toList();
    if (dense.size() == 1) {
      return dense.get(0);
    }
    return ConcatOperation.add(this, dense, axis);
  }

  Value softmax(Value x) {
    return add(new SoftmaxOperation(dense(x), Value.computed(x.shape()))).output();
  }

  /** Sum over the last {@code dimensions} dimensions, which are dropped, times {@code factor}. */
  Value sumOfLast(Value x, int dimensions, double factor) {
    long[] kept = Arrays.copyOf(x.shape(), x.rank() - dimensions);
    long rows = Tensor.length(kept);
    long columns = x.length() / rows;
    Value matrix = reshape(dense(x), rows, columns);
    return reshape(RowSumOperation.add(this, matrix, factor), kept);
  }

  /** {@code x} summed so that it has {@code shape}, to which it was repeated. */
  Value sumTo(Value x, long... shape) {
    long[] target = new long[x.rank()];
    Arrays.fill(target, 1);
    System.arraycopy(shape, 0, target, x.rank() - shape.length, shape.length);
    Value sum = dense(x);
    int last = x.rank();
    while (last > 0) {
      int end = last;
      while (end > 0 && !(target[end - 1] == 1 && sum.extent(end - 1) != 1)) {
        end--;
      }
      if (end == 0) {
        break;
      }
      int start = end;
      while (start > 0 && target[start - 1] == 1) {
        start--;
      }
      sum = sumOver(sum, start, end);
      last = start;
    }
    return reshape(sum, shape);
  }

  /** Sum over the dimensions from {@code start} to {@code end} (exclusive), kept with extent 1. */
  private Value sumOver(Value x, int start, int end) {
    long[] shape = x.shape();
    long[] summed = shape.clone();
    Arrays.fill(summed, start, end, 1);
    long head = Tensor.length(Arrays.copyOfRange(shape, 0, start));
    long middle = Tensor.length(Arrays.copyOfRange(shape, start, end));
    long tail = Tensor.length(Arrays.copyOfRange(shape, end, shape.length));
    Value sum;
    if (tail == 1) {
      sum = RowSumOperation.add(this, reshape(x, head, middle), 1);
    } else if (head == 1) {
      sum = product(Value.uniform(1, 1, middle), reshape(x, middle, tail));
    } else {
      sum = product(Value.uniform(1, head, 1, middle), reshape(x, head, middle, tail));
    }
    return reshape(sum, summed);
  }

  private Value product(Value a, Value b) {
    long[] shape = a.shape().clone();
    shape[shape.length - 1] = b.extent(-1);
    return add(new MatrixProductOperation(
            a, false, b, false, 1, null, null, false, Value.computed(shape)))
        .output();
  }

  Value square(Value x) {
    return unary(Unary.of(Kind.SQUARE), x);
  }
}
