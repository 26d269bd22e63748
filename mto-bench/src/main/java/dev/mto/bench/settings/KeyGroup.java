package dev.mto.bench.settings;

import dev.mto.engine.config.SettingKey;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * Keys of one kind of file.
 *
 * @param title what the file is
 * @param prefix what stands before a key where it is asked for by {@code config --explain}
 * @param keys in their order
 * @param defaults values by key, by method; by an empty name where methods do not differ
 */
record KeyGroup(
    String title,
    String prefix,
    List<SettingKey> keys,
    SortedMap<String, Map<String, String>> defaults) {
  KeyGroup {
    keys = List.copyOf(keys);
    defaults = new TreeMap<>(defaults);
  }

  /** The key that is asked for by this name. */
  Optional<SettingKey> find(String name) {
    return keys.stream().filter(key -> name(key).equals(name)).findFirst();
  }

  /** The name by which a key is asked for. */
  String name(SettingKey key) {
    return prefix + key.key();
  }

  /** A key's defaults by method; none where it has to be given. */
  SortedMap<String, String> defaults(SettingKey key) {
    SortedMap<String, String> values = new TreeMap<>();
    defaults.forEach(
        (method, all) -> {
          String value = all.get(key.key());
          if (value != null && !value.equals(method) && (mayBeNull(key) || !value.equals("null"))) {
            values.put(method, value);
          }
        });
    if (values.isEmpty() && mayBeNull(key)) {
      values.put("", "null"); // of a list's elements, or of a section that is null
    }
    return values;
  }

  private static boolean mayBeNull(SettingKey key) {
    return key.values().endsWith("or null");
  }
}
