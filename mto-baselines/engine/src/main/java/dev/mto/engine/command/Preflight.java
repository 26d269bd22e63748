package dev.mto.engine.command;

import dev.mto.engine.Baseline;
import dev.mto.engine.config.RunConfig;
import dev.mto.engine.errors.UserException;
import java.nio.file.Files;
import java.nio.file.Path;

/** What can be refused before a run's folder is made, so that a typing error leaves none behind. */
final class Preflight {
  private Preflight() {}

  static void check(Baseline baseline, RunConfig config) {
    try {
      config.vit();
      baseline.masks(config);
    } catch (IllegalArgumentException e) {
      throw new UserException(e.getMessage(), e);
    }
    folder("data.train", config.data().train());
    if (config.data().val() != null) {
      folder("data.val", config.data().val());
    }
  }

  private static void folder(String key, String value) {
    if (!Files.isDirectory(Path.of(value))) {
      throw new UserException(
          key
              + ": "
              + value
              + " is not a folder; give the folder of the images (--set "
              + key
              + "=DIR)");
    }
  }
}
