package dev.mto.engine.run;

import dev.mto.engine.Baseline;
import dev.mto.engine.Prediction;
import dev.mto.engine.UserException;
import dev.mto.engine.checkpoint.Checkpoint;
import dev.mto.engine.config.RunConfig;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.function.Consumer;
import org.nd4j.linalg.api.buffer.DataType;

/** Pictures and figures of a run's newest checkpoint, made without training. */
public final class RunAnalysis implements AutoCloseable {
  private final RunConfig config;
  private final Images images;
  private final TrainingGraph graph;
  private final Evaluation evaluation;
  private final RunPictures pictures;
  private final Checkpoint.Position position;

  /**
   * Loads the newest checkpoint of a run.
   *
   * @param warn is told of damaged checkpoints that were passed over
   * @throws UserException when the run has no checkpoint
   */
  public RunAnalysis(Baseline baseline, RunConfig config, RunFolder folder, Consumer<String> warn) {
    this.config = config;
    images = new Images(config, baseline, folder.badImages());
    graph = TrainingGraph.build(baseline, config, DataType.FLOAT);
    Checkpoint checkpoint =
        folder
            .store(config)
            .newest(warn)
            .orElseThrow(
                () -> new UserException(folder.checkpoints() + ": the run has no checkpoint yet"));
    StateTensors.restore(graph.parameters(), checkpoint.tensors(), folder.checkpoints());
    position = checkpoint.position();
    evaluation = new Evaluation(graph, images);
    pictures = new RunPictures(graph, images, evaluation.session(), config, folder);
  }

  /** Optimizer steps the checkpoint has behind it. */
  public long steps() {
    return position.step();
  }

  /** Mask ratio of the run. */
  public double maskRatio() {
    return config.masking().ratio();
  }

  /** Writes {@code reconstruction.png} into {@code out}. */
  public Path reconstruct(Path out) {
    Path first = null;
    for (Prediction prediction : graph.method().predictions()) {
      String suffix = prediction.name().isEmpty() ? "" : "-" + prediction.name();
      Path png = folder(out).resolve("reconstruction" + suffix + ".png");
      pictures.reconstruction(prediction, png);
      first = first == null ? png : first;
    }
    return first;
  }

  /**
   * Heterogeneity.
   *
   * @param layers H⁰…Hᴸ in nats by token group; the name is empty for a method's only group
   * @param bound ln V in nats, the largest value H can have
   */
  public record Heterogeneity(Map<String, double[]> layers, double bound) {}

  /** Writes {@code heterogeneity.png} into {@code out} and returns its figures. */
  public Heterogeneity heterogeneity(Path out) {
    return pictures.heterogeneity(
        folder(out).resolve("heterogeneity.png"), "after " + position.step() + " steps");
  }

  /** Writes an affinity map of every layer into {@code out}. */
  public void affinity(Path out, boolean softmax) {
    pictures.affinity(folder(out), softmax, "");
  }

  private static Path folder(Path out) {
    try {
      return Files.createDirectories(out);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public void close() {
    evaluation.close();
  }
}
