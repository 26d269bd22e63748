package dev.mto.speed.gpu;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.mto.engine.Baselines;
import dev.mto.engine.config.ConfigLoader;
import dev.mto.engine.config.RunConfig;
import dev.mto.engine.folder.RunFolder;
import dev.mto.engine.folder.Start;
import dev.mto.engine.run.PretrainingJob;
import dev.mto.speed.step.ChildServer;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.Map;

/**
 * The process of a whole run. {@code train FOLDER} begins that of the configuration in a folder;
 * {@code resume FOLDER} goes on with the one there.
 */
final class RunProcess {
  private RunProcess() {}

  /**
   * Serves commands.
   *
   * @param arguments a resolved configuration
   */
  public static void main(String[] arguments) throws IOException {
    ChildServer.serve(
        System.in,
        System.out,
        () ->
            Map.of(
                "",
                ignored -> ChildServer.answer(),
                "train",
                folder ->
                    run(
                        ConfigLoader.read(Path.of(arguments[0])),
                        RunFolder.create(Path.of(folder)),
                        Start.anew()),
                "resume",
                RunProcess::resume));
  }

  private static ObjectNode resume(String root) {
    RunFolder folder = RunFolder.open(Path.of(root));
    return run(ConfigLoader.read(folder.config()), folder, Start.resumed());
  }

  private static ObjectNode run(RunConfig config, RunFolder folder, Start start) {
    PrintStream console = System.err;
    try (PretrainingJob job =
        new PretrainingJob(Baselines.named(config.baseline()), config, folder, start, console)) {
      return ChildServer.answer().put("done", job.run());
    }
  }
}
