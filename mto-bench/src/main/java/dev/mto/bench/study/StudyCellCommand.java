package dev.mto.bench.study;

import dev.mto.engine.command.CommandLines;
import dev.mto.engine.folder.AtomicFiles;
import dev.mto.engine.folder.FolderLock;
import dev.mto.engine.folder.StopSignal;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/**
 * {@code study-cell}: the process of one cell. It runs the cell's commands that are not done, and
 * ends when standard input does, that is when the study that started it is gone.
 */
@Command(
    name = "study-cell",
    hidden = true,
    description = "Runs the commands of one cell of a study that are not done yet.")
public final class StudyCellCommand implements Callable<Integer> {
  private static final Duration PATIENCE = Duration.ofMinutes(10);

  @Spec private CommandSpec spec;

  @Parameters(paramLabel = "DIR", description = "Folder of the cell.")
  private Path folder;

  @Override
  @SuppressWarnings("try")
  public Integer call() {
    Thread watch = new Thread(StudyCellCommand::endWithTheStudy, "study-watch");
    watch.setDaemon(true);
    watch.start();
    // the process of a study that was killed may still be saving
    try (FolderLock lock = FolderLock.of(folder, PATIENCE)) {
      AtomicFiles.sweepAll(folder);
      return run(new CellSteps(folder));
    }
  }

  private int run(CellSteps cell) {
    Map<String, Double> done = cell.readDone();
    for (CellSteps.Step step : cell.read()) {
      if (!done.containsKey(step.name())) {
        long start = System.nanoTime();
        List<String> arguments = step.arguments();
        System.out.println("mto " + String.join(" ", arguments));
        int code = CommandLines.run(spec.root().userObject(), arguments.toArray(String[]::new));
        if (code != 0) {
          return code;
        }
        done.put(step.name(), (System.nanoTime() - start) / 1e9);
        cell.writeDone(done);
      }
    }
    return 0;
  }

  private static void endWithTheStudy() {
    try {
      System.in.transferTo(OutputStream.nullOutputStream());
    } catch (IOException e) {
      System.err.println("the study's end cannot be seen: " + e.getMessage());
    }
    StopSignal.request(); // jobs save first
  }
}
