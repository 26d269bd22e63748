package dev.mto.bench.study;

import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.mto.engine.errors.FileException;
import dev.mto.engine.errors.UserException;
import dev.mto.speed.JsonFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What a cell's process does: {@code steps.json} (the commands, which anyone can run by hand) and
 * {@code done.json} (which are done, and seconds of each).
 *
 * @param root folder of the cell
 */
record CellSteps(Path root) {
  private static final String STEPS = "steps.json";
  private static final String DONE = "done.json";
  private static final ObjectMapper JSON = new ObjectMapper();

  /**
   * A command of a cell, the same that a user would type. Those that train have {@code --resume},
   * with which they go on where there is something to go on with.
   *
   * @param name unique in the cell
   * @param arguments of the command line
   */
  record Step(String name, List<String> arguments) {}

  /** Replaces what {@link #read} reads. */
  void write(List<Step> steps) {
    JsonFile.write(root.resolve(STEPS), steps);
  }

  /**
   * The commands, in order.
   *
   * @throws UserException when this is no folder of a cell
   */
  List<Step> read() {
    try {
      return JSON.readValue(root.resolve(STEPS).toFile(), new TypeReference<List<Step>>() {});
    } catch (IOException e) {
      throw new UserException(root + ": not a study's cell (" + e.getMessage() + ")", e);
    }
  }

  /** Seconds by name of the steps that are done, in order. */
  Map<String, Double> readDone() {
    if (!Files.exists(root.resolve(DONE))) {
      return new LinkedHashMap<>();
    }
    try {
      return JSON.readValue(
          root.resolve(DONE).toFile(), new TypeReference<LinkedHashMap<String, Double>>() {});
    } catch (IOException e) {
      throw FileException.reading(root.resolve(DONE), e);
    }
  }

  /** Replaces what {@link #readDone} reads. */
  void writeDone(Map<String, Double> seconds) {
    JsonFile.write(root.resolve(DONE), seconds);
  }
}
