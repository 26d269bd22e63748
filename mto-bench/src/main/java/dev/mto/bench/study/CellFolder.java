package dev.mto.bench.study;

import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.mto.engine.config.ConfigLoader;
import dev.mto.engine.errors.FileException;
import dev.mto.engine.errors.UserException;
import dev.mto.engine.folder.AtomicFiles;
import dev.mto.speed.JsonFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
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

  /**
   * A command of a cell, the same that a user would type. Those that train have {@code --resume},
   * with which they go on where there is something to go on with.
   *
   * @param name unique in the cell
   * @param arguments of the command line
   */
  record Step(String name, List<String> arguments) {}

  Path run() {
    return root.resolve("run");
  }

  Path log() {
    return root.resolve("log.txt");
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

  private Path config() {
    return root.resolve("config.yaml");
  }

  private Path recipe(Measurement.Kind kind) {
    return root.resolve(kind.command() + ".yaml");
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
      JsonFile.write(steps(), steps(cell, data));
    } catch (IOException e) {
      throw FileException.writing(root, e);
    }
  }

  private List<Step> steps(Cell cell, StudyConfig.Data data) {
    List<Step> steps = new ArrayList<>();
    steps.add(
        new Step(
            "pretrain",
            List.of(
                "pretrain",
                "--config",
                config().toString(),
                "--out",
                run().toString(),
                "--resume")));
    for (Measurement measurement : cell.measurements()) {
      measurement.epochs().forEach(epoch -> steps.add(evaluate(cell, measurement, epoch, data)));
    }
    for (int epoch : cell.epochs()) {
      String figures = heterogeneity(epoch).toString();
      steps.add(analyze("heterogeneity", epoch, data, "--json", figures));
    }
    steps.add(analyze("affinity", cell.epochs().last(), data));
    return steps;
  }

  private Step evaluate(Cell cell, Measurement measurement, int epoch, StudyConfig.Data data) {
    Measurement.Kind kind = measurement.kind();
    List<String> arguments = new ArrayList<>(List.of("evaluate", kind.command()));
    arguments.addAll(checkpoint(epoch));
    arguments.addAll(List.of("--train", data.train(), "--val", data.test()));
    arguments.addAll(List.of("--json", figures(kind, epoch).toString()));
    if (measurement.block() != null) {
      arguments.addAll(List.of("--block", measurement.block().toString()));
    }
    if (kind == Measurement.Kind.KNN) {
      arguments.addAll(List.of("--untrained", "0"));
    } else if (measurement.recipe().isEmpty()) {
      arguments.addAll(List.of("--cached", "--twins", "0", "--seed", Long.toString(cell.seed())));
    } else {
      Path out = root.resolve(kind.command() + "-epoch-" + epoch);
      arguments.addAll(
          List.of("--recipe", recipe(kind).toString(), "--out", out.toString(), "--resume"));
    }
    return new Step(kind.command() + " after epoch " + epoch, arguments);
  }

  private Step analyze(String what, int epoch, StudyConfig.Data data, String... more) {
    List<String> arguments = new ArrayList<>(List.of("analyze", what));
    arguments.addAll(checkpoint(epoch));
    arguments.addAll(List.of("--images", data.test(), "--out", pictures(epoch).toString()));
    arguments.addAll(List.of(more));
    return new Step(what + " after epoch " + epoch, arguments);
  }

  /** The kept checkpoint; an untrained run has its only one. */
  private List<String> checkpoint(int epoch) {
    return epoch == 0
        ? List.of("--run", run().toString())
        : List.of("--run", run().toString(), "--checkpoint", Integer.toString(epoch));
  }

  /**
   * The commands, in order.
   *
   * @throws UserException when this is no folder of a cell
   */
  List<Step> readSteps() {
    try {
      return JSON.readValue(steps().toFile(), new TypeReference<List<Step>>() {});
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
      throw FileException.reading(done(), e);
    }
  }

  /** Replaces what {@link #readDone} reads. */
  void writeDone(Map<String, Double> seconds) {
    JsonFile.write(done(), seconds);
  }
}
