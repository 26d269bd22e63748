package dev.mto.executor.plan;

import dev.mto.executor.kernels.Selection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;

/** Placeholders that a program reads, and which of them say what rows are taken. */
final class Placeholders {
  private final Map<String, FeedFacts> feeds;
  private final Map<String, Value> values = new LinkedHashMap<>();
  private final Map<Value, String> names = new HashMap<>();
  private final Map<String, Selection> oneHots = new LinkedHashMap<>();
  private final Map<String, MaskSelections> masks = new LinkedHashMap<>();

  /** None is read yet; facts of all that have values. */
  Placeholders(Map<String, FeedFacts> feeds) {
    this.feeds = feeds;
  }

  /** Those that were read, by name. */
  Map<String, Value> values() {
    return values;
  }

  /** One-hot selections among them. */
  Map<String, Selection> oneHots() {
    return oneHots;
  }

  /** Masks among them by whose rows affinities are taken. */
  Map<String, MaskSelections> masks() {
    return masks;
  }

  Value read(String name) {
    FeedFacts facts = feeds.get(name);
    if (facts == null) {
      throw new IllegalArgumentException("placeholder " + name + " has no value");
    }
    Value fed = Value.fed(facts.extents());
    values.put(name, fed);
    names.put(fed, name);
    return fed;
  }

  /** The selection that {@code value} is; null where it is none. */
  Selection selection(Value value) {
    String name = names.get(value);
    if (name == null || !feeds.get(name).oneHot()) {
      return null;
    }
    return oneHots.computeIfAbsent(
        name,
        n -> new Selection((int) value.extent(0), (int) value.extent(1), (int) value.extent(2)));
  }

  /**
   * The rows that a mask selects; null where {@code value} is none or its images differ in their
   * number of masked tokens.
   */
  MaskSelections maskSelections(Value value) {
    String name = names.get(value);
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
}
