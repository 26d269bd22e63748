package dev.mto.executor.plan;

import dev.mto.executor.kernels.Binary;
import dev.mto.executor.kernels.Unary;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** A seeded list of operations on small matrices, some of whose results are wanted. */
final class RandomProgram {
  private static final int[] ROWS = {1, 2, 3, 6};
  private static final int[] COLUMNS = {1, 4, 5, 20};

  private final Random random;
  private final Program program = new Program();
  private final List<Value> fed = new ArrayList<>();
  private final List<Value> values = new ArrayList<>();
  private final Set<Value> wanted = new HashSet<>();

  RandomProgram(long seed, int operations) {
    random = new Random(seed);
    for (int i = 0; i < 2; i++) {
      Value placeholder = Value.fed(any(ROWS), any(COLUMNS));
      fed.add(placeholder);
      values.add(placeholder);
      values.add(Value.stored(gaussian(any(ROWS), any(COLUMNS))));
    }
    while (program.operations().size() < operations) {
      values.addAll(next(random.nextInt(12)));
    }
    for (Operation operation : program.operations()) {
      operation.outputs().stream().filter(v -> random.nextInt(8) == 0).forEach(wanted::add);
    }
    wanted.add(values.get(values.size() - 1));
    wanted.removeIf(value -> !value.owner().isPlaced());
  }

  List<Operation> operations() {
    return program.operations();
  }

  /** Values that are given before the first operation. */
  List<Value> fed() {
    return fed;
  }

  /** Values that must be there after the last operation. */
  Set<Value> wanted() {
    return wanted;
  }

  INDArray gaussian(long... shape) {
    INDArray array = Nd4j.create(DataType.FLOAT, shape);
    for (long i = 0; i < array.length(); i++) {
      array.putScalar(i, random.nextGaussian());
    }
    return array;
  }

  private List<Value> next(int kind) {
    Value x = value();
    long rows = x.extent(0);
    long columns = x.extent(1);
    return switch (kind) {
      case 0 -> List.of(program.unary(Unary.linear(0.5, 0), x));
      case 1 -> List.of(program.unary(Unary.of(Unary.Kind.GELU), x));
      case 2, 3 -> {
        Value other =
            switch (random.nextInt(3)) {
              case 0 -> sized(1, columns);
              case 1 -> sized(rows, 1);
              default -> sized(rows, columns);
            };
        Binary function = random.nextBoolean() ? Binary.ADD : Binary.MULTIPLY;
        yield List.of(program.binary(function, x, other));
      }
      case 4, 5 -> product(x);
      case 6 -> List.of(program.softmax(x));
      case 7 -> List.of(program.reshape(x, columns, rows));
      case 8 -> {
        int axis = random.nextInt(2);
        long from = random.nextInt((int) x.extent(axis));
        yield List.of(program.slice(x, axis, from, x.extent(axis)));
      }
      case 9 -> concat(x);
      case 10 ->
          UnstackOperation.add(program, x).stream()
              .map(part -> program.reshape(part, 1, columns))
              .toList();
      default ->
          List.of(LayerNormOperation.add(program, x, vector(columns), vector(columns), 1e-6));
    };
  }

  private List<Value> product(Value x) {
    long columns = any(COLUMNS);
    Value product = program.matmul(x, false, sized(x.extent(1), columns), false);
    return switch (random.nextInt(4)) {
      case 0 -> List.of(program.binary(Binary.ADD, product, sized(1, columns)));
      case 1 -> List.of(program.binary(Binary.ADD, product, sized(x.extent(0), columns)));
      case 2 -> List.of(product, program.unary(Unary.linear(0.25, 0), product));
      default -> List.of(product);
    };
  }

  private List<Value> concat(Value x) {
    int axis = random.nextInt(2);
    Value other = axis == 0 ? sized(any(ROWS), x.extent(1)) : sized(x.extent(0), any(COLUMNS));
    Value result =
        program.concat(random.nextInt(5) == 0 ? List.of(x, other, x) : List.of(x, other), axis);
    return result.length() > 200 ? List.of() : List.of(result);
  }

  /** A recent value, more likely than an old one. */
  private Value value() {
    int back = Math.min(random.nextInt(values.size()), random.nextInt(values.size()));
    return values.get(values.size() - 1 - back);
  }

  private Value sized(long rows, long columns) {
    List<Value> fitting =
        values.stream()
            .filter(v -> v.extent(0) == rows && v.extent(1) == columns && !v.isRepeated())
            .toList();
    return fitting.isEmpty() || random.nextInt(6) == 0
        ? Value.stored(gaussian(rows, columns))
        : fitting.get(random.nextInt(fitting.size()));
  }

  private Value vector(long length) {
    return Value.stored(gaussian(length));
  }

  private int any(int... sizes) {
    return sizes[random.nextInt(sizes.length)];
  }
}
