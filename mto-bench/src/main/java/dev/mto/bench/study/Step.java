package dev.mto.bench.study;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * A command of a cell.
 *
 * @param name unique in the cell
 * @param arguments of the command line
 * @param folder that it resumes in, where it exists already; empty for a command that starts anew
 */
record Step(String name, List<String> arguments, String folder) {
  /** The command line, to begin or to go on. */
  List<String> commandLine() {
    if (folder.isEmpty() || !Files.exists(Path.of(folder))) {
      return arguments;
    }
    List<String> resumed = new ArrayList<>(arguments);
    resumed.add("--resume");
    return resumed;
  }
}
