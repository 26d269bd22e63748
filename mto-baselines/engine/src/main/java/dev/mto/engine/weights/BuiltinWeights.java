package dev.mto.engine.weights;

import dev.mto.engine.config.ConfigLoader;
import dev.mto.engine.config.RunConfig;
import dev.mto.engine.errors.FileException;
import dev.mto.engine.errors.UserException;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.URL;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Encoders that ship with the product, each three resources of one name below {@value #FOLDER}:
 * weights ({@code .safetensors}), the resolved configuration ({@code .yaml}) and a card for people
 * ({@code .md}). Any jar may bring some, and lists their names, one a line, in {@value #LIST}.
 */
public final class BuiltinWeights {
  /** What a name begins with where a file of weights is asked for. */
  public static final String PREFIX = "builtin:";

  private static final String FOLDER = "dev/mto/builtin/";
  private static final String LIST = "META-INF/mto/builtin-weights";
  private static final Map<String, Path> FILES = new ConcurrentHashMap<>();

  private final String name;

  private BuiltinWeights(String name) {
    this.name = name;
  }

  /** Whether {@code weights} means one of these and not a file. */
  public static boolean means(String weights) {
    return weights.startsWith(PREFIX);
  }

  /**
   * One of them.
   *
   * @param weights e.g. {@code builtin:mae-tiny}
   * @throws UserException when there is none of this name
   */
  public static BuiltinWeights of(String weights) {
    String name = weights.substring(PREFIX.length());
    List<String> known = names();
    if (!known.contains(name)) {
      throw new UserException(
          "%s: there is none of this name; there %s"
              .formatted(
                  weights,
                  known.isEmpty() ? "are none at all" : "is " + PREFIX + String.join(", ", known)));
    }
    return new BuiltinWeights(name);
  }

  /** Names of all, sorted, without {@value #PREFIX}. */
  public static List<String> names() {
    TreeSet<String> names = new TreeSet<>();
    try {
      for (URL list : Collections.list(loader().getResources(LIST))) {
        try (InputStream in = list.openStream()) {
          new String(in.readAllBytes(), StandardCharsets.UTF_8)
              .lines()
              .map(String::strip)
              .filter(line -> !line.isEmpty())
              .forEach(names::add);
        }
      }
    } catch (IOException e) {
      throw new UncheckedIOException(LIST, e);
    }
    return List.copyOf(names);
  }

  /** The name of the one whose weights a file holds; nothing for any other file. */
  static Optional<String> name(Path file) {
    return FILES.entrySet().stream()
        .filter(known -> known.getValue().equals(file))
        .map(known -> PREFIX + known.getKey())
        .findFirst();
  }

  /** A file of the weights, which is deleted when the virtual machine ends. */
  public Path file() {
    return FILES.computeIfAbsent(name, BuiltinWeights::copy);
  }

  /** The configuration of the model. */
  public RunConfig config() {
    return ConfigLoader.parseResolved(PREFIX + name, text(".yaml"));
  }

  /** What it was trained on and how, how good it is, and its licence: Markdown. */
  public String card() {
    return text(".md");
  }

  private String text(String ending) {
    return new String(bytes(name + ending), StandardCharsets.UTF_8);
  }

  private static Path copy(String name) {
    String file = name + ".safetensors";
    byte[] bytes = bytes(file);
    Path folder = null;
    try {
      folder = Files.createTempDirectory("mto-builtin-");
      Path copy = Files.write(folder.resolve(file), bytes);
      folder.toFile().deleteOnExit();
      copy.toFile().deleteOnExit(); // in reverse order: the file before its folder
      return copy;
    } catch (IOException e) {
      throw FileException.writing(folder == null ? Path.of(file) : folder, e);
    }
  }

  private static byte[] bytes(String file) {
    try (InputStream in = loader().getResourceAsStream(FOLDER + file)) {
      if (in == null) {
        throw new IllegalStateException(LIST + " names what is not there: " + FOLDER + file);
      }
      return in.readAllBytes();
    } catch (IOException e) {
      throw new UncheckedIOException(FOLDER + file, e);
    }
  }

  private static ClassLoader loader() {
    ClassLoader context = Thread.currentThread().getContextClassLoader();
    return context == null ? BuiltinWeights.class.getClassLoader() : context;
  }
}
