package dev.mto.engine.report;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Settings of runs by dotted key, and where they differ. */
final class Settings {
  private Settings() {}

  /** The values of a tree by dotted key; lists are values. */
  static Map<String, JsonNode> flat(JsonNode tree) {
    Map<String, JsonNode> flat = new LinkedHashMap<>();
    add(flat, "", tree);
    return flat;
  }

  private static void add(Map<String, JsonNode> flat, String key, JsonNode value) {
    if (value.isObject()) {
      value
          .properties()
          .forEach(
              field ->
                  add(
                      flat,
                      key.isEmpty() ? field.getKey() : key + "." + field.getKey(),
                      field.getValue()));
    } else if (!value.isMissingNode()) {
      flat.put(key, value);
    }
  }

  /**
   * A row for each key that has not the same value in all of {@code trees}: the key, and its value
   * in each.
   */
  static List<List<String>> differing(List<JsonNode> trees) {
    List<Map<String, JsonNode>> flat = trees.stream().map(Settings::flat).toList();
    Set<String> keys = new LinkedHashSet<>();
    flat.forEach(settings -> keys.addAll(settings.keySet()));
    List<List<String>> rows = new ArrayList<>();
    for (String key : keys) {
      JsonNode first = flat.get(0).get(key);
      if (!flat.stream().allMatch(settings -> same(first, settings.get(key)))) {
        List<String> row = new ArrayList<>(List.of(key));
        flat.forEach(settings -> row.add(text(settings.get(key))));
        rows.add(row);
      }
    }
    return rows;
  }

  /** Numbers are the same whatever way they are written. */
  private static boolean same(JsonNode one, JsonNode other) {
    if (one == null || other == null) {
      return one == null && other == null;
    }
    if (one.isArray() && other.isArray() && one.size() == other.size()) {
      for (int i = 0; i < one.size(); i++) {
        if (!same(one.get(i), other.get(i))) {
          return false;
        }
      }
      return true;
    }
    boolean numbers = one.isNumber() && other.isNumber();
    return numbers ? one.asDouble() == other.asDouble() : one.equals(other);
  }

  private static String text(JsonNode value) {
    if (value == null) {
      return "";
    }
    return value.isValueNode() ? value.asText() : value.toString().replace(",", ", ");
  }
}
