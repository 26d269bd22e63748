package dev.mto.bench.study;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** A cell that runs in a virtual machine of its own, with threads of its own. */
record CellProcess(Cell cell, CellFolder folder, Process process) {
  private static final int PATIENCE_SECONDS = 600;

  /** Starts it; its output goes to the cell's log. */
  static CellProcess start(Cell cell, CellFolder folder, int threads) {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    ManagementFactory.getRuntimeMXBean().getInputArguments().stream()
        .filter(flag -> !flag.startsWith("-agentlib") && !flag.startsWith("-javaagent"))
        .forEach(command::add);
    command.addAll(List.of("-cp", System.getProperty("java.class.path"), "dev.mto.bench.Mto"));
    command.addAll(List.of("study-cell", folder.root().toString()));
    ProcessBuilder builder =
        new ProcessBuilder(command)
            .redirectErrorStream(true)
            .redirectOutput(ProcessBuilder.Redirect.appendTo(folder.log().toFile()));
    builder.environment().put("OMP_NUM_THREADS", Integer.toString(threads));
    try {
      return new CellProcess(cell, folder, builder.start());
    } catch (IOException e) {
      throw new UncheckedIOException("the process of cell " + cell.id() + " cannot be started", e);
    }
  }

  /** Asks it to save and end, and waits for it. */
  void stop() {
    process.destroy();
    try {
      if (!process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
        process.destroyForcibly();
      }
    } catch (InterruptedException e) {
      process.destroyForcibly();
      Thread.currentThread().interrupt();
    }
  }

  /** The last line of its log. */
  String lastLine() {
    try {
      String text = new String(Files.readAllBytes(folder.log()), StandardCharsets.UTF_8).strip();
      return text.substring(text.lastIndexOf('\n') + 1).strip();
    } catch (IOException e) {
      return "";
    }
  }
}
