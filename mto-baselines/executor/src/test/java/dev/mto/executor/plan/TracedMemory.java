package dev.mto.executor.plan;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;

import dev.mto.executor.kernels.ElementType;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * The memory of a layout, whose elements remember which element of which value was written there
 * last. Running operations on it finds every value that was overwritten too early.
 */
final class TracedMemory {
  private final String name;
  private final MemoryLayout layout;
  private final long[] memory; // for each byte
  private final Map<Value, long[]> written = new HashMap<>();
  private final Set<Value> checked = new HashSet<>();
  private long next = 1;

  TracedMemory(String name, MemoryLayout layout) {
    this.name = name;
    this.layout = layout;
    this.memory = new long[Math.toIntExact(layout.bytes())];
  }

  /** Runs all operations and returns how many different values were found right. */
  int run(List<Operation> operations, List<Value> fed, Set<Value> wanted) {
    Set<Value> used = new HashSet<>(wanted);
    operations.forEach(operation -> used.addAll(operation.inputs()));
    fed.stream().filter(used::contains).forEach(this::write);
    for (Operation operation : operations) {
      String what = name + ", " + operation.name();
      if (operation instanceof ConcatOperation concat) {
        concatenate(concat, what);
        continue;
      }
      operation.inputs().forEach(input -> check(input, what));
      for (Value output : operation.outputs()) {
        if (output.isComputed()) {
          operation.inputs().forEach(input -> requireApart(operation, input, output, what));
          write(output);
        }
      }
      operation.outputs().forEach(output -> check(output, what + ", its output"));
    }
    wanted.forEach(value -> check(value, name + ", a result"));
    return checked.size();
  }

  private void concatenate(ConcatOperation concat, String what) {
    long[] whole = new long[Math.toIntExact(concat.result().length())];
    int start = Math.toIntExact(layout.offset(concat.result()));
    long from = 0;
    for (Value part : concat.parts()) {
      check(part, what);
      long[] elements = contents(part);
      long to = from + part.extent(concat.axis());
      RowBlock block = RowBlock.of(concat.result().shape(), concat.axis(), from, to);
      for (int row = 0; row < block.rows(); row++) {
        int at = Math.toIntExact(block.start() + row * block.stride());
        int length = Math.toIntExact(block.length());
        System.arraycopy(elements, row * length, whole, at, length);
        long[] moved = Arrays.copyOfRange(elements, row * length, (row + 1) * length);
        put(moved, start + at * part.type().bytes(), part.type());
      }
      from = to;
    }
    written.put(concat.result(), whole);
    check(concat.result(), what + ", its output");
  }

  private void write(Value value) {
    long[] elements = new long[Math.toIntExact(value.length())];
    Arrays.setAll(elements, i -> next + i);
    next += elements.length;
    written.put(value, elements);
    put(elements, Math.toIntExact(layout.offset(value)), value.type());
  }

  private void put(long[] elements, int at, ElementType type) {
    for (int i = 0; i < elements.length; i++) {
      int first = at + i * type.bytes();
      Arrays.fill(memory, first, first + type.bytes(), elements[i]);
    }
  }

  /** The elements from a byte on; -1 for one whose bytes are of several. */
  private long[] get(int at, int length, ElementType type) {
    long[] elements = new long[length];
    for (int i = 0; i < length; i++) {
      int first = at + i * type.bytes();
      long element = memory[first];
      boolean whole =
          Arrays.stream(memory, first, first + type.bytes()).allMatch(cell -> cell == element);
      elements[i] = whole ? element : -1;
    }
    return elements;
  }

  /** What was written to {@code value}, or to the value that it is a view of; null outside. */
  private long[] contents(Value value) {
    if (!value.owner().isPlaced()) {
      return new long[Math.toIntExact(value.length())];
    }
    long[] whole = written.get(value.owner());
    if (whole == null) {
      fail(name + ": " + value + " is read before it is written");
    }
    int from = Math.toIntExact(value.offset());
    return Arrays.copyOfRange(whole, from, from + Math.toIntExact(value.length()));
  }

  private void check(Value value, String what) {
    if (!value.owner().isPlaced()) {
      return;
    }
    int at = Math.toIntExact(layout.offset(value));
    assertThat(get(at, Math.toIntExact(value.length()), value.type()))
        .as(what + ": " + value)
        .isEqualTo(contents(value));
    checked.add(value);
  }

  /** An output may lie on the input whose memory it takes over, and on nothing else. */
  private void requireApart(Operation operation, Value input, Value output, String what) {
    if (!input.owner().isPlaced()) {
      return;
    }
    long in = layout.offset(input);
    long out = layout.offset(output);
    boolean apart = in + input.bytes() <= out || out + output.bytes() <= in;
    boolean inPlace =
        input == operation.replaceable()
            && output == operation.output()
            && in == out
            && input.bytes() == output.bytes();
    assertThat(apart || inPlace).as(what + " writes on its input " + input).isTrue();
  }
}
