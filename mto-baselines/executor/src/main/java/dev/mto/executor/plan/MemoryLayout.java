package dev.mto.executor.plan;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Places of a plan's values in one stretch of memory. Values that are never needed at the same time
 * share a place; a result takes over the memory of an input that nobody reads afterwards; the parts
 * of a concatenation are computed where it wants them.
 */
final class MemoryLayout {
  private static final long ALIGNMENT_BYTES = 64;

  private final Map<Value, Place> inside = new HashMap<>();
  private final Map<Value, Long> offsets = new HashMap<>();
  private long bytes;

  private record Place(Value owner, long offset) {}

  private static final class Life {
    int from = Integer.MAX_VALUE;
    int to = -1;

    void include(int at) {
      from = Math.min(from, at);
      to = Math.max(to, at);
    }

    boolean meets(Life other) {
      return from <= other.to && other.from <= to;
    }
  }

  private MemoryLayout() {}

  /**
   * Lays out the values of {@code operations}.
   *
   * @param fed values that are written before the first operation
   * @param wanted values that are read after the last
   */
  static MemoryLayout of(List<Operation> operations, List<Value> fed, Set<Value> wanted) {
    MemoryLayout layout = new MemoryLayout();
    layout.placeParts(operations, wanted);
    layout.takeOver(operations, wanted);
    layout.assign(layout.lives(operations, fed, wanted));
    return layout;
  }

  /** Bytes of all places together. */
  long bytes() {
    return bytes;
  }

  /** First byte of a value that lives in the plan's memory. */
  long offset(Value value) {
    Place place = resolve(value);
    return offsets.get(place.owner()) + place.offset();
  }

  private Place resolve(Value value) {
    Value owner = value.owner();
    long offset = value.byteOffset();
    Place place = inside.get(owner);
    while (place != null) {
      offset += place.offset();
      owner = place.owner();
      place = inside.get(owner);
    }
    return new Place(owner, offset);
  }

  private void placeParts(List<Operation> operations, Set<Value> wanted) {
    Set<Value> wantedOwners = owners(wanted);
    for (Operation operation : operations) {
      if (operation instanceof ConcatOperation concat
          && RowBlock.of(concat.result().shape(), concat.axis(), 0, 1).rows() == 1) {
        long offset = 0;
        for (Value part : concat.parts()) {
          Value owner = part.owner();
          if (owner.isComputed()
              && part.offset() == 0
              && part.length() == owner.length()
              && owner.type() == concat.result().type()
              && !inside.containsKey(owner)
              && !wantedOwners.contains(owner)
              && !owner.equals(resolve(concat.result()).owner())) {
            inside.put(owner, new Place(concat.result(), offset));
          }
          offset += part.bytes();
        }
      }
    }
  }

  private static Set<Value> owners(Set<Value> values) {
    Set<Value> owners = new HashSet<>();
    values.forEach(value -> owners.add(value.owner()));
    return owners;
  }

  private void takeOver(List<Operation> operations, Set<Value> wanted) {
    Map<Value, Integer> lastRead = new HashMap<>();
    for (int i = 0; i < operations.size(); i++) {
      for (Value input : operations.get(i).inputs()) {
        lastRead.put(resolve(input).owner(), i);
      }
    }
    wanted.forEach(value -> lastRead.put(resolve(value).owner(), Integer.MAX_VALUE));
    for (int i = 0; i < operations.size(); i++) {
      Operation operation = operations.get(i);
      Value given = operation.replaceable();
      if (given == null || !operation.output().isComputed()) {
        continue;
      }
      Value owner = given.owner();
      Value result = operation.output();
      boolean free =
          owner.isComputed()
              && !inside.containsKey(owner)
              && !inside.containsKey(result)
              && given.length() == owner.length()
              && lastRead.getOrDefault(owner, -1) == i
              && operation.inputs().stream().filter(v -> resolve(v).owner().equals(owner)).count()
                  == 1;
      if (free && result.length() == owner.length() && result.type() == owner.type()) {
        inside.put(result, new Place(owner, 0));
        int read = lastRead.getOrDefault(result, i);
        lastRead.merge(owner, read, Math::max);
      }
    }
  }

  private Map<Value, Life> lives(List<Operation> operations, List<Value> fed, Set<Value> wanted) {
    Map<Value, Life> lives = new HashMap<>();
    fed.forEach(value -> live(lives, value, -1));
    for (int i = 0; i < operations.size(); i++) {
      for (Value value : operations.get(i).inputs()) {
        live(lives, value, i);
      }
      for (Value value : operations.get(i).outputs()) {
        live(lives, value, i);
      }
    }
    wanted.forEach(value -> live(lives, value, operations.size()));
    return lives;
  }

  private void live(Map<Value, Life> lives, Value value, int at) {
    Value owner = resolve(value).owner();
    if (owner.isPlaced()) {
      lives.computeIfAbsent(owner, v -> new Life()).include(at);
    }
  }

  /** The largest first, each at the lowest place that is free during its life. */
  private void assign(Map<Value, Life> lives) {
    List<Map.Entry<Value, Life>> order = new ArrayList<>(lives.entrySet());
    order.sort(
        Comparator.comparingLong((Map.Entry<Value, Life> e) -> -e.getKey().bytes())
            .thenComparingInt(e -> e.getValue().from)
            .thenComparingInt(e -> e.getValue().to));
    List<Map.Entry<Value, Life>> placed = new ArrayList<>();
    for (Map.Entry<Value, Life> entry : order) {
      long size = aligned(entry.getKey().bytes());
      List<Map.Entry<Value, Life>> meeting =
          placed.stream()
              .filter(other -> other.getValue().meets(entry.getValue()))
              .sorted(Comparator.comparingLong(other -> offsets.get(other.getKey())))
              .toList();
      long at = 0;
      for (Map.Entry<Value, Life> other : meeting) {
        long start = offsets.get(other.getKey());
        if (start - at >= size) {
          break;
        }
        at = Math.max(at, start + aligned(other.getKey().bytes()));
      }
      offsets.put(entry.getKey(), at);
      bytes = Math.max(bytes, at + size);
      placed.add(entry);
    }
  }

  private static long aligned(long bytes) {
    return (bytes + ALIGNMENT_BYTES - 1) / ALIGNMENT_BYTES * ALIGNMENT_BYTES;
  }
}
