package dev.mto.bench.study;

import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.mto.engine.config.ConfigLoader;
import dev.mto.engine.errors.UserException;
import dev.mto.engine.folder.AtomicFiles;
import dev.mto.speed.JsonFile;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The files of a cell: {@code config.yaml}, recipes, {@code steps.json} (the commands, which anyone
 * can run by hand), {@code done.json} (which are done, and seconds of each), {@code log.txt}, the
 * run in {@code run/}, and what measurements wrote.
 */
record CellFolder(Path root) {
  private static final ObjectMapper JSON = new ObjectMapper();

  Path config() {
    return root.resolve("config.yaml");
  }

  Path run() {
    return root.resolve("run");
  }

  Path log() {
    return root.resolve("log.txt");
  }

  Path recipe(Measurement.Kind kind) {
    return root.resolve(kind.command() + ".yaml");
  }

  /** Folder of a classifier. */
  Path classifier(Measurement.Kind kind, int epoch) {
    return root.resolve(kind.command() + "-epoch-" + epoch);
  }

  /** Figures of a measurement. */
  Path figures(Measurement.Kind kind, int epoch) {
    return root.resolve(kind.command() + "-epoch-" + epoch + ".json");
  }

  /** Pictures of a checkpoint. */
  Path pictures(int epoch) {
    return root.resolve("pictures-epoch-" + epoch);
  }

  Path heterogeneity(int epoch) {
    return root.resolve("heterogeneity-epoch-" + epoch + ".json");
  }

  Path result() {
    return root.resolve("cell.json");
  }

  private Path steps() {
    return root.resolve("steps.json");
  }

  private Path done() {
    return root.resolve("done.json");
  }

  /** Writes what the cell's process needs. */
  void prepare(Cell cell, StudyConfig.Data data) {
    try {
      Files.createDirectories(root);
      AtomicFiles.writeString(config(), ConfigLoader.write(cell.config()));
      for (Measurement measurement : cell.measurements()) {
        if (!measurement.recipe().isEmpty()) {
          AtomicFiles.writeString(recipe(measurement.kind()), measurement.recipe());
        }
      }
      JsonFile.write(steps(), new CellSteps(cell, this, data).all());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /**
   * The commands, in order.
   *
   * @throws UserException when this is no folder of a cell
   */
  List<CellSteps.Step> readSteps() {
    try {
      return JSON.readValue(steps().toFile(), new TypeReference<List<CellSteps.Step>>() {});
    } catch (IOException e) {
      throw new UserException(root + ": not a study's cell (" + e.getMessage() + ")", e);
    }
  }

  /** Seconds by name of the steps that are done, in order. */
  Map<String, Double> readDone() {
    if (!Files.exists(done())) {
      return new LinkedHashMap<>();
    }
    try {
      return JSON.readValue(done().toFile(), new TypeReference<LinkedHashMap<String, Double>>() {});
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Replaces what {@link #readDone} reads. */
  void writeDone(Map<String, Double> seconds) {
    try {
      JsonFile.write(done(), seconds);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
