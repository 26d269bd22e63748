package dev.mto.engine;

import dev.mto.engine.config.ConfigLoader;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Optional;

/** Recipes: what lies as a resource beside a baseline, over the engine's own. */
final class Recipes {
  private Recipes() {}

  /** The engine's own, of pre-training. */
  static String defaults() {
    return beside(Recipes.class, "defaults.yaml").orElseThrow();
  }

  /** The engine's {@code defaults} and the owner's {@code file} over them; empty without a file. */
  static Optional<String> over(String defaults, Class<?> owner, String file) {
    return beside(owner, file)
        .map(
            own ->
                ConfigLoader.over(
                    beside(Recipes.class, defaults).orElseThrow(),
                    file + " of " + owner.getName(),
                    own));
  }

  /** The engine's {@code file} and the owner's file of that name over it, where there is one. */
  static String overUsual(Class<?> owner, String file) {
    return over(file, owner, file).or(() -> beside(Recipes.class, file)).orElseThrow();
  }

  private static Optional<String> beside(Class<?> owner, String file) {
    try (InputStream in = owner.getResourceAsStream(file)) {
      return in == null
          ? Optional.empty()
          : Optional.of(new String(in.readAllBytes(), StandardCharsets.UTF_8));
    } catch (IOException e) {
      throw new UncheckedIOException(file + " of " + owner.getName(), e);
    }
  }
}
