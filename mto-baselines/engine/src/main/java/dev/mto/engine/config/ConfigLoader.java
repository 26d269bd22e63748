package dev.mto.engine.config;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonMappingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.MapperFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.PropertyNamingStrategies;
import com.fasterxml.jackson.databind.cfg.EnumFeature;
import com.fasterxml.jackson.databind.exc.InvalidFormatException;
import com.fasterxml.jackson.databind.exc.MismatchedInputException;
import com.fasterxml.jackson.databind.exc.UnrecognizedPropertyException;
import com.fasterxml.jackson.databind.exc.ValueInstantiationException;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import com.fasterxml.jackson.dataformat.yaml.YAMLGenerator;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import dev.mto.data.folder.ImageFolder;
import dev.mto.data.storage.Locations;
import dev.mto.engine.errors.UserException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.function.BiFunction;
import java.util.function.Function;
import java.util.stream.Collectors;

/** Reads a run's configuration: the baseline's recipe, the user's file over it, --set over both. */
public final class ConfigLoader {
  private static final ObjectMapper YAML =
      YAMLMapper.builder(
              YAMLFactory.builder()
                  .disable(YAMLGenerator.Feature.WRITE_DOC_START_MARKER)
                  .enable(YAMLGenerator.Feature.MINIMIZE_QUOTES)
                  .build())
          .propertyNamingStrategy(PropertyNamingStrategies.SNAKE_CASE)
          .enable(MapperFeature.ACCEPT_CASE_INSENSITIVE_ENUMS)
          .enable(DeserializationFeature.FAIL_ON_NULL_FOR_PRIMITIVES)
          .enable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
          .disable(DeserializationFeature.ACCEPT_FLOAT_AS_INT)
          .enable(EnumFeature.WRITE_ENUMS_TO_LOWERCASE)
          .withConfigOverride(ArrayNode.class, lists -> lists.setMergeable(false))
          .build();

  private ConfigLoader() {}

  /**
   * Reads the configuration of a new run.
   *
   * @param file YAML written by the user
   * @param settings overrides such as {@code training.epochs=20}
   * @param recipes gives the YAML text of a baseline's defaults by its name; throws {@link
   *     UserException} for an unknown one
   * @throws UserException for a missing file, an unknown key, a wrong type or a value out of range
   */
  public static RunConfig load(Path file, List<String> settings, Function<String, String> recipes) {
    ObjectNode user = readTree(file);
    resolveFolders(file, user.path("data"));
    JsonNode baseline = with(user, settings).get("baseline");
    if (baseline == null || !baseline.isTextual()) {
      throw new UserException(file + ": the key 'baseline' is missing; add e.g. baseline: simmim");
    }
    ObjectNode recipe = parse("recipe", recipes.apply(baseline.asText()));
    return bind(
        file.toString(),
        user,
        settings,
        (source, tree) -> {
          requireKnownOptions(source, recipe.path("options"), tree.path("options"));
          return bind(source, merged(recipe, tree), RunConfig.class);
        });
  }

  /**
   * Folders and archives of images, and their index, in a file are found from the file's own
   * folder, or from the present one; addresses are as they are.
   */
  private static void resolveFolders(Path file, JsonNode data) {
    for (String key : List.of("train", "val", "index")) {
      if (data instanceof ObjectNode given
          && given.path(key).isTextual()
          && !Locations.isAddress(given.get(key).asText())) {
        Path beside = file.toAbsolutePath().resolveSibling(given.get(key).asText()).normalize();
        if (Files.exists(beside) || ImageFolder.isArchive(beside)) {
          given.put(key, beside.toString());
        }
      }
    }
  }

  /**
   * Binds a file with settings over it; an error names the file, or the setting that brought it.
   */
  private static <T> T bind(
      String file, ObjectNode user, List<String> settings, BiFunction<String, ObjectNode, T> bind) {
    try {
      return bind.apply(file, with(user, settings));
    } catch (UserException e) {
      for (int given = 0; given <= settings.size(); given++) {
        String source = given == 0 ? file : "--set " + settings.get(given - 1);
        Objects.requireNonNull(bind.apply(source, with(user, settings.subList(0, given))));
      }
      throw e;
    }
  }

  static ObjectNode with(ObjectNode user, List<String> settings) {
    ObjectNode tree = user.deepCopy();
    settings.forEach(setting -> apply(tree, setting));
    return tree;
  }

  /** A method's options are those of its recipe. */
  private static void requireKnownOptions(String source, JsonNode known, JsonNode given) {
    List<String> names = new ArrayList<>();
    known.fieldNames().forEachRemaining(names::add);
    for (Map.Entry<String, JsonNode> option : given.properties()) {
      if (!known.has(option.getKey())) {
        throw new UserException(
            "%s: unknown key 'options.%s'; known there: %s"
                .formatted(
                    source, option.getKey(), names.isEmpty() ? "none" : String.join(", ", names)));
      }
    }
  }

  /**
   * Reads a recipe of evaluation.
   *
   * @param defaults YAML text with every key
   * @param file YAML over it, or null
   * @param settings overrides such as {@code epochs=20}
   * @throws UserException for a missing file, an unknown key, a wrong type or a value out of range
   */
  public static <T> T load(String defaults, Path file, List<String> settings, Class<T> type) {
    ObjectNode user = file == null ? YAML.createObjectNode() : readTree(file);
    ObjectNode recipe = parse("recipe", defaults);
    return bind(
        file == null ? "recipe" : file.toString(),
        user,
        settings,
        (source, tree) -> bind(source, merged(recipe, tree), type));
  }

  /**
   * YAML text with every key of both.
   *
   * @param defaults YAML text
   * @param source where {@code own} is from, for error messages
   * @param own YAML text that wins
   * @throws UserException when {@code own} is no YAML mapping
   */
  public static String over(String defaults, String source, String own) {
    return write(merged(parse("defaults", defaults), parse(source, own)));
  }

  /** Reads a resolved configuration, as {@link #write} makes it. */
  public static RunConfig read(Path file) {
    return read(file, List.of());
  }

  /** Reads a resolved configuration with settings over it. */
  public static RunConfig read(Path file, List<String> settings) {
    return bind(
        file.toString(),
        readTree(file),
        settings,
        (source, tree) -> bind(source, tree, RunConfig.class));
  }

  /**
   * Reads a resolved configuration from text, as {@link #write} makes it.
   *
   * @param source where the text is from, for error messages
   */
  public static RunConfig parseResolved(String source, String text) {
    return bind(source, parse(source, text), RunConfig.class);
  }

  /** A configuration by keys as they are in YAML. */
  static JsonNode tree(RunConfig config) {
    return YAML.valueToTree(config);
  }

  /**
   * The values of a recipe by their keys, such as {@code training.base_lr}, as they are written in
   * one line.
   */
  public static Map<String, String> values(String recipe) {
    Map<String, String> values = new LinkedHashMap<>();
    collect("", parse("recipe", recipe), values);
    return values;
  }

  private static void collect(String prefix, ObjectNode tree, Map<String, String> values) {
    for (Map.Entry<String, JsonNode> field : tree.properties()) {
      String key = prefix + field.getKey();
      if (field.getValue() instanceof ObjectNode section && !section.isEmpty()) {
        collect(key + ".", section, values);
      } else {
        values.put(key, inLine(field.getValue()));
      }
    }
  }

  /** A value as YAML in one line, for which JSON is valid too. */
  static String inLine(JsonNode value) {
    if (value.isArray()) {
      List<String> values = new ArrayList<>();
      value.forEach(element -> values.add(element.toString()));
      return "[" + String.join(", ", values) + "]";
    }
    String text = write(value).strip();
    return text.contains("\n") ? value.toString() : text;
  }

  /** The YAML text of a configuration, with every key. */
  public static String write(Object config) {
    try {
      return YAML.writeValueAsString(config);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException(e);
    }
  }

  /**
   * The settings that only one baseline has, as its own record.
   *
   * @throws UserException for an unknown key, a wrong type or a value out of range
   */
  public static <T> T options(RunConfig config, Class<T> type) {
    ObjectNode options = config.options() == null ? YAML.createObjectNode() : config.options();
    return bind("options", options, type);
  }

  private static <T> T bind(String source, JsonNode tree, Class<T> type) {
    requireFilledLists(source, "", tree);
    try {
      return YAML.treeToValue(tree, type);
    } catch (JsonProcessingException e) {
      throw new UserException(source + ": " + explain(e), e);
    }
  }

  private static void requireFilledLists(String source, String path, JsonNode tree) {
    for (Map.Entry<String, JsonNode> field : tree.properties()) {
      requireFilledLists(source, path + "." + field.getKey(), field.getValue());
    }
    for (int i = 0; i < tree.size() && tree.isArray(); i++) {
      if (tree.get(i).isNull()) {
        throw new UserException(
            "%s: %s[%d]: is empty; give a value".formatted(source, path.substring(1), i));
      }
    }
  }

  static ObjectNode readTree(Path file) {
    return parse(file.toString(), StrictYaml.text(file));
  }

  static ObjectNode parse(String source, String text) {
    if (StrictYaml.parse(source, text) instanceof ObjectNode object) {
      return object;
    }
    throw new UserException(source + ": not a YAML mapping of keys to values");
  }

  private static void apply(ObjectNode tree, String setting) {
    int equals = setting.indexOf('=');
    String[] path = setting.substring(0, Math.max(0, equals)).split("\\.");
    JsonNode value = StrictYaml.parse("--set " + setting, setting.substring(equals + 1));
    if (equals < 1 || path.length == 0 || value.isMissingNode()) {
      throw new UserException(
          "--set " + setting + ": must be key=value, e.g. --set training.epochs=20");
    }
    ObjectNode at = tree;
    for (String key : Arrays.asList(path).subList(0, path.length - 1)) {
      at = at.get(key) instanceof ObjectNode object ? object : at.putObject(key);
    }
    at.set(path[path.length - 1], value);
  }

  /** Objects are merged key by key; lists and other values, null too, replace what is below. */
  private static ObjectNode merged(ObjectNode defaults, ObjectNode over) {
    try {
      return YAML.readerForUpdating(defaults.deepCopy()).readValue(over);
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
  }

  private static String explain(JsonProcessingException e) {
    if (e instanceof UnrecognizedPropertyException unknown) {
      return "unknown key '"
          + path(unknown)
          + "'; known there: "
          + known(unknown.getKnownPropertyIds());
    }
    if (e instanceof ValueInstantiationException invalid && invalid.getCause() != null) {
      return invalid.getCause().getMessage();
    }
    if (e instanceof InvalidFormatException format) {
      return path(format) + ": '" + format.getValue() + "' must be " + wanted(format);
    }
    if (e instanceof MismatchedInputException mismatch) {
      return path(mismatch) + ": must be " + wanted(mismatch);
    }
    return firstLine(e.getOriginalMessage());
  }

  private static String wanted(MismatchedInputException e) {
    Class<?> type = e.getTargetType();
    if (type == null) {
      return "of another type (" + firstLine(e.getOriginalMessage()) + ")";
    }
    if (type.isEnum()) {
      return "one of "
          + Arrays.stream(type.getEnumConstants())
              .map(c -> c.toString().toLowerCase(Locale.ROOT))
              .collect(Collectors.joining(", "));
    }
    if (type == int.class || type == Integer.class || type == long.class) {
      return "a whole number";
    }
    if (type == double.class || type == Double.class) {
      return "a number";
    }
    if (type == boolean.class) {
      return "true or false";
    }
    return Collection.class.isAssignableFrom(type) ? "a list" : "a mapping of keys to values";
  }

  private static String path(JsonMappingException e) {
    return e.getPath().stream()
        .map(r -> r.getFieldName() == null ? "[" + r.getIndex() + "]" : r.getFieldName())
        .collect(Collectors.joining("."))
        .replace(".[", "[");
  }

  private static String known(Collection<Object> ids) {
    return ids.stream().map(String::valueOf).sorted().collect(Collectors.joining(", "));
  }

  private static String firstLine(String text) {
    return text == null ? "" : text.lines().findFirst().orElse("");
  }
}
