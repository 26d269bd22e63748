package dev.mto.engine;

import dev.mto.engine.errors.UserException;
import java.util.ServiceLoader;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Collectors;

/** The baselines on the class path. */
public final class Baselines {
  private Baselines() {}

  /** All of them, by name. */
  public static SortedMap<String, Baseline> all() {
    SortedMap<String, Baseline> all = new TreeMap<>();
    ServiceLoader.load(Baseline.class).forEach(baseline -> all.put(baseline.name(), baseline));
    return all;
  }

  /** What the recipes of all of them start from, as YAML. */
  public static String defaults() {
    return Recipes.defaults();
  }

  /**
   * The baseline called {@code name}.
   *
   * @throws UserException when there is none; the message lists those there are
   */
  public static Baseline named(String name) {
    ServiceLoader<Baseline> all = ServiceLoader.load(Baseline.class);
    return all.stream()
        .map(ServiceLoader.Provider::get)
        .filter(baseline -> baseline.name().equals(name))
        .findFirst()
        .orElseThrow(
            () ->
                new UserException(
                    "baseline: '"
                        + name
                        + "' is not known; there are: "
                        + all.stream()
                            .map(provider -> provider.get().name())
                            .sorted()
                            .collect(Collectors.joining(", "))));
  }
}
