package dev.mto.engine.config;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Function;

/** A resolved configuration whose every key says where its value is from. */
public final class ConfigSources {
  private static final int LONGEST = 60;

  private final JsonNode settings;
  private final JsonNode file;
  private final JsonNode recipe;
  private final JsonNode defaults;
  private final List<Line> lines = new ArrayList<>();

  private ConfigSources(JsonNode settings, JsonNode file, JsonNode recipe, JsonNode defaults) {
    this.settings = settings;
    this.file = file;
    this.recipe = recipe;
    this.defaults = defaults;
  }

  private record Line(String text, String source) {}

  /**
   * The configuration as YAML, which can be a configuration file itself: each key with {@code #
   * default}, {@code # recipe}, {@code # file} or {@code # --set} behind its value.
   *
   * @param defaults YAML text of what every baseline starts from
   * @param recipes gives the YAML text of a baseline's defaults by its name
   * @throws dev.mto.engine.errors.UserException for whatever {@link ConfigLoader#load} refuses
   */
  public static String show(
      Path file, List<String> settings, String defaults, Function<String, String> recipes) {
    RunConfig config = ConfigLoader.load(file, settings, recipes);
    ConfigSources sources =
        new ConfigSources(
            ConfigLoader.with(JsonNodeFactory.instance.objectNode(), settings),
            ConfigLoader.readTree(file),
            ConfigLoader.parse("recipe", recipes.apply(config.baseline())),
            ConfigLoader.parse("defaults", defaults));
    sources.add("", List.of(), ConfigLoader.tree(config));
    return sources.text();
  }

  private void add(String indent, List<String> path, JsonNode tree) {
    for (Map.Entry<String, JsonNode> field : tree.properties()) {
      List<String> at = new ArrayList<>(path);
      at.add(field.getKey());
      if (field.getValue() instanceof ObjectNode section && !section.isEmpty()) {
        lines.add(new Line(indent + field.getKey() + ":", ""));
        add(indent + "  ", at, section);
      } else {
        lines.add(
            new Line(
                indent + field.getKey() + ": " + ConfigLoader.inLine(field.getValue()),
                source(at)));
      }
    }
  }

  private String source(List<String> path) {
    if (at(settings, path) != null) {
      return "--set";
    }
    if (at(file, path) != null) {
      return "file";
    }
    JsonNode own = at(recipe, path);
    return own == null || own.equals(at(defaults, path)) ? "default" : "recipe";
  }

  /** The value of a key; null where nothing is said of it. */
  private static JsonNode at(JsonNode tree, List<String> path) {
    JsonNode at = tree;
    for (String key : path) {
      at = at == null ? null : at.get(key);
    }
    return at;
  }

  private String text() {
    int width =
        lines.stream()
            .mapToInt(line -> line.text().length())
            .filter(n -> n <= LONGEST)
            .max()
            .orElse(0);
    StringBuilder text = new StringBuilder();
    for (Line line : lines) {
      text.append(
          line.source().isEmpty()
              ? line.text()
              : ("%-" + width + "s  # %s").formatted(line.text(), line.source()));
      text.append('\n');
    }
    return text.toString();
  }
}
