package dev.mto.speed.gpu;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.mto.speed.step.BenchmarkCase;
import dev.mto.speed.step.ChildProcess;
import dev.mto.speed.step.Children;
import dev.mto.speed.step.StandardCase;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/**
 * A run on a GPU, and the same taken up in another process from the end of its first epoch, as if
 * it had been killed in the second: both must end with the same bits.
 */
final class ResumedRun {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final int EPOCHS = 2;
  private static final int STEPS_PER_EPOCH = 3;
  private static final int BATCH = 4;
  private static final String LAST = "checkpoints/last.";

  private ResumedRun() {}

  /**
   * Trains, and compares.
   *
   * @param folder for the runs
   * @return the number of steps, and whether losses and weights are the same
   */
  static ObjectNode of(String method, SmallModel model, Children children, Path folder)
      throws IOException {
    List<String> settings = new ArrayList<>(model.settings(method));
    settings.addAll(
        List.of(
            "training.epochs=" + EPOCHS,
            "training.warmup_epochs=1",
            "training.batch=" + BATCH,
            "checkpoint={every_epochs: 1, keep: " + EPOCHS + "}",
            "log={knn_every_epochs: 0, pictures_every_epochs: 0}"));
    BenchmarkCase benchmark =
        new StandardCase(method, "vit-tiny", BATCH * STEPS_PER_EPOCH)
            .prepare(folder, settings.toArray(String[]::new));
    Path whole = folder.resolve("whole");
    Path resumed = folder.resolve("resumed");
    run(children, benchmark, "train " + whole);
    copyFirstEpoch(whole, resumed);
    run(children, benchmark, "resume " + resumed);
    List<ObjectNode> rows = rows(whole);
    boolean losses = rows.equals(rows(resumed));
    boolean weights =
        Files.mismatch(whole.resolve(LAST + "safetensors"), resumed.resolve(LAST + "safetensors"))
            < 0;
    ObjectNode figures = JSON.createObjectNode();
    return figures
        .put("method", method)
        .put("steps", rows.size())
        .put("resumed_after", STEPS_PER_EPOCH)
        .put("same_losses", losses)
        .put("same_weights_and_moments", weights)
        .put("passed", losses && weights && rows.size() == EPOCHS * STEPS_PER_EPOCH);
  }

  private static void run(Children children, BenchmarkCase benchmark, String command) {
    try (ChildProcess process =
        children.process("a run", RunProcess.class, benchmark.config(true).toString())) {
      process.ask(command);
    }
  }

  /** Leaves out the checkpoints of what came later. */
  private static void copyFirstEpoch(Path from, Path to) throws IOException {
    try (Stream<Path> all = Files.walk(from)) {
      for (Path file : all.toList()) {
        String name = from.relativize(file).toString();
        if (!name.startsWith(LAST) && !name.contains("epoch-%04d.".formatted(EPOCHS))) {
          Files.copy(file, to.resolve(name));
        }
      }
    }
  }

  /** The rows of metrics without what is measured by the clock. */
  private static List<ObjectNode> rows(Path run) throws IOException {
    List<ObjectNode> rows = new ArrayList<>();
    for (String line : Files.readAllLines(run.resolve("metrics.jsonl"))) {
      ObjectNode row = (ObjectNode) JSON.readTree(line);
      row.remove(List.of("images_per_second", "data_wait_ms"));
      rows.add(row);
    }
    return rows;
  }
}
