package dev.mto.engine;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Optional;

/** Recipes that lie as resources beside a class. */
final class Recipes {
  private Recipes() {}

  static Optional<String> beside(Class<?> owner, String file) {
    try (InputStream in = owner.getResourceAsStream(file)) {
      return in == null
          ? Optional.empty()
          : Optional.of(new String(in.readAllBytes(), StandardCharsets.UTF_8));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The owner's recipe, or the one that most methods share. */
  static String besideOrUsual(Class<?> owner, String file) {
    return beside(owner, file).or(() -> beside(Recipes.class, file)).orElseThrow();
  }
}
