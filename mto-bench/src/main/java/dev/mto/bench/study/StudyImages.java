package dev.mto.bench.study;

import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.mto.data.folder.ImageFolder;
import dev.mto.data.storage.Locations;
import dev.mto.engine.errors.FileException;
import dev.mto.engine.errors.UserException;
import dev.mto.speed.JsonFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Function;

/**
 * Which images a study is of. Where a folder is not on this machine, its identity is taken from
 * {@code images.json} among the results that are kept: enough to plan and to report, not to run.
 *
 * @param identities by use: pretrain, train, test
 * @param missing of each folder that is not here, why
 */
record StudyImages(Map<String, String> identities, List<String> missing) {
  private static final String FILE = "images.json";
  private static final ObjectMapper JSON = new ObjectMapper();

  /**
   * Looks for the folders.
   *
   * @throws UserException when one is neither here nor known
   */
  static StudyImages of(StudyConfig study) {
    Map<String, String> kept = study.results() == null ? Map.of() : read(Path.of(study.results()));
    Map<String, String> identities = new TreeMap<>();
    List<String> missing = new ArrayList<>();
    Map<String, Function<StudyConfig.Data, String>> uses =
        Map.of(
            "pretrain", StudyConfig.Data::pretrain,
            "train", StudyConfig.Data::train,
            "test", StudyConfig.Data::test);
    new TreeMap<>(uses)
        .forEach(
            (use, folder) -> {
              try {
                Path images = Locations.path(folder.apply(study.data()));
                identities.put(use, ImageFolder.open(images).identity());
              } catch (IllegalArgumentException e) {
                String reason = "data." + use + ": " + e.getMessage();
                if (!kept.containsKey(use)) {
                  throw new UserException(reason, e);
                }
                identities.put(use, kept.get(use));
                missing.add(reason);
              }
            });
    return new StudyImages(identities, missing);
  }

  private static Map<String, String> read(Path results) {
    Path file = results.resolve(FILE);
    if (!Files.exists(file)) {
      return Map.of();
    }
    try {
      return JSON.readValue(file.toFile(), new TypeReference<TreeMap<String, String>>() {});
    } catch (IOException e) {
      throw FileException.reading(file, e);
    }
  }

  /** Writes {@code images.json}, from which a machine without the images knows which they are. */
  void keep(Path results) {
    try {
      Files.createDirectories(results);
      JsonFile.write(results.resolve(FILE), identities);
    } catch (IOException e) {
      throw FileException.writing(results, e);
    }
  }

  /**
   * What cells that run must have.
   *
   * @throws UserException when a folder is not here
   */
  void requireHere() {
    if (!missing.isEmpty()) {
      throw new UserException(missing.get(0));
    }
  }
}
