package dev.mto.executor.plan;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** Lives of values counted anew, against the places that a layout gives them. */
class LiveOverlapTest {
  /** First and last time at which a value is needed. */
  private static final class Life {
    private int from = Integer.MAX_VALUE;
    private int to = Integer.MIN_VALUE;

    void include(int time) {
      from = Math.min(from, time);
      to = Math.max(to, time);
    }

    boolean meets(Life other) {
      return from <= other.to && other.from <= to;
    }
  }

  @Test
  void valuesOfOneTimeLieApartButForTakenOverInputsAndParts() {
    int apart = 0;
    int shared = 0;
    for (int seed = 0; seed < 200; seed++) {
      RandomProgram random = new RandomProgram(seed, 30);
      List<Operation> operations = random.operations();
      MemoryLayout layout = MemoryLayout.of(operations, random.fed(), random.wanted());
      Map<Value, Life> lives = lives(operations, random.fed(), random.wanted());
      Set<List<Value>> allowed = allowed(operations);
      List<Value> values = new ArrayList<>(lives.keySet());
      for (int i = 0; i < values.size(); i++) {
        for (int j = i + 1; j < values.size(); j++) {
          Value one = values.get(i);
          Value other = values.get(j);
          boolean overlap = overlap(layout, one, other);
          if (!lives.get(one).meets(lives.get(other))) {
            shared += overlap ? 1 : 0;
          } else if (!allowed.contains(List.of(one, other))) {
            assertThat(overlap).as("seed %d: %s and %s", seed, one, other).isFalse();
            apart++;
          }
        }
      }
    }
    assertThat(apart).as("pairs alive at once").isGreaterThan(5000);
    assertThat(shared).as("pairs in the same place").isGreaterThan(1000);
  }

  private static Map<Value, Life> lives(
      List<Operation> operations, List<Value> fed, Set<Value> wanted) {
    Map<Value, Life> lives = new LinkedHashMap<>();
    fed.forEach(value -> include(lives, value, -1));
    for (int i = 0; i < operations.size(); i++) {
      int time = i;
      operations.get(i).inputs().forEach(value -> include(lives, value, time));
      operations.get(i).outputs().forEach(value -> include(lives, value, time));
    }
    wanted.forEach(value -> include(lives, value, operations.size()));
    return lives;
  }

  private static void include(Map<Value, Life> lives, Value value, int time) {
    if (value.owner().isPlaced()) {
      lives.computeIfAbsent(value.owner(), v -> new Life()).include(time);
    }
  }

  /**
   * Pairs that may overlap: a result on top of its input, a part in its whole, and what follows
   * from several of these, one inside the other.
   */
  private static Set<List<Value>> allowed(List<Operation> operations) {
    Map<Value, Set<Value>> around = new HashMap<>();
    for (Operation operation : operations) {
      List<Value> inputs = new ArrayList<>();
      if (operation.replaceable() != null) {
        inputs.add(operation.replaceable());
      }
      if (operation instanceof ConcatOperation concat) {
        inputs.addAll(concat.parts());
      }
      Value result = operation.output();
      for (Value input : inputs) {
        around.computeIfAbsent(input.owner(), v -> new HashSet<>()).add(result);
      }
    }
    Set<List<Value>> pairs = new HashSet<>();
    for (Value inner : around.keySet()) {
      Deque<Value> open = new ArrayDeque<>(around.get(inner));
      while (!open.isEmpty()) {
        Value outer = open.pop();
        if (pairs.add(List.of(inner, outer))) {
          pairs.add(List.of(outer, inner));
          open.addAll(around.getOrDefault(outer, Set.of()));
        }
      }
    }
    return pairs;
  }

  private static boolean overlap(MemoryLayout layout, Value one, Value other) {
    long first = layout.offset(one);
    long second = layout.offset(other);
    return first < second + other.bytes() && second < first + one.bytes();
  }
}
