package dev.mto.engine.config;

import com.fasterxml.jackson.databind.PropertyNamingStrategies.SnakeCaseStrategy;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.RecordComponent;
import java.lang.reflect.Type;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * A key of a configuration, as its record describes it.
 *
 * @param key its path, such as {@code training.base_lr}; of a list's parts {@code grid[].seeds}
 * @param sentence what it sets; empty where the record does not say
 * @param unit what the value counts; empty for none
 * @param values which values are allowed, in words
 * @param section whether it has keys of its own instead of a value
 */
public record SettingKey(String key, String sentence, String unit, String values, boolean section) {
  private static final SnakeCaseStrategy SPELLING = new SnakeCaseStrategy();

  /**
   * All keys of a record and of the records in it: first those with a value, in their order, then
   * each section and its keys.
   *
   * @param prefix what stands before each key, such as {@code options.}; empty for none
   */
  public static List<SettingKey> of(String prefix, Class<?> type) {
    List<SettingKey> keys = new ArrayList<>();
    addAll(keys, prefix, type);
    return keys;
  }

  private static void addAll(List<SettingKey> keys, String prefix, Class<?> type) {
    for (boolean sections : List.of(false, true)) {
      for (RecordComponent component : type.getRecordComponents()) {
        if (isSection(component) == sections) {
          add(keys, prefix, component);
        }
      }
    }
  }

  /** Whether there are keys below; those of a tree are its owner's to describe. */
  private static boolean isSection(RecordComponent component) {
    return part(component.getGenericType()).isRecord() || component.getType() == ObjectNode.class;
  }

  private static void add(List<SettingKey> keys, String prefix, RecordComponent component) {
    String key = prefix + SPELLING.translate(component.getName());
    Class<?> part = part(component.getGenericType());
    boolean section = isSection(component);
    Setting own = described(component, "");
    keys.add(described(key, own, section ? "" : values(component.getGenericType()), section));
    if (part.isRecord()) {
      String below = key + (part == component.getType() ? "." : "[].");
      if (component.getAnnotationsByType(Setting.class).length > 1) {
        addForeign(keys, below, component, part);
      } else {
        addAll(keys, below, part);
      }
    }
  }

  /** Keys of a record that does not know of settings: its owner describes them. */
  private static void addForeign(
      List<SettingKey> keys, String below, RecordComponent owner, Class<?> part) {
    for (RecordComponent inner : part.getRecordComponents()) {
      String name = SPELLING.translate(inner.getName());
      String values = values(inner.getGenericType());
      keys.add(described(below + name, described(owner, name), values, false));
    }
  }

  /** The description on a component of itself, or of a key in it; null where there is none. */
  private static Setting described(RecordComponent component, String of) {
    return Arrays.stream(component.getAnnotationsByType(Setting.class))
        .filter(setting -> setting.of().equals(of))
        .findFirst()
        .orElse(null);
  }

  private static SettingKey described(String key, Setting setting, String type, boolean section) {
    if (setting == null) {
      return new SettingKey(key, "", "", type, section);
    }
    String values = setting.range().isEmpty() ? type : setting.range();
    return new SettingKey(key, setting.value(), setting.unit(), values, section);
  }

  /** The type of a list's elements, or the type itself. */
  private static Class<?> part(Type type) {
    if (type instanceof ParameterizedType generic && generic.getRawType() == List.class) {
      return part(generic.getActualTypeArguments()[0]);
    }
    return type instanceof Class<?> plain ? plain : Map.class;
  }

  private static String values(Type type) {
    if (type instanceof ParameterizedType generic && generic.getRawType() == List.class) {
      return "a list, each " + values(generic.getActualTypeArguments()[0]);
    }
    if (type instanceof Class<?> plain && plain.isEnum()) {
      return Arrays.stream(plain.getEnumConstants())
          .map(constant -> ((Enum<?>) constant).name().toLowerCase(Locale.ROOT))
          .collect(Collectors.joining(" | "));
    }
    if (type == boolean.class || type == Boolean.class) {
      return "true | false";
    }
    if (type == int.class || type == Integer.class || type == long.class || type == Long.class) {
      return "a whole number";
    }
    return type == double.class || type == Double.class ? "a number" : "text";
  }
}
