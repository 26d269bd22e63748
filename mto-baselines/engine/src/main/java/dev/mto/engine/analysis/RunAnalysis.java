package dev.mto.engine.analysis;

import dev.mto.engine.Baseline;
import dev.mto.engine.Prediction;
import dev.mto.engine.config.RunConfig;
import dev.mto.engine.errors.UserException;
import dev.mto.engine.folder.Checkpoint;
import dev.mto.engine.folder.RunFolder;
import dev.mto.engine.graph.Images;
import dev.mto.engine.graph.TrainingGraph;
import dev.mto.engine.run.Evaluation;
import dev.mto.engine.weights.ModelWeights;
import dev.mto.engine.weights.StateTensors;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.nd4j.linalg.api.buffer.DataType;

/** Pictures and figures of trained weights, made without training. */
public final class RunAnalysis implements AutoCloseable {
  private final RunConfig config;
  private final TrainingGraph graph;
  private final String weights;
  private final Evaluation evaluation;
  private final SampleBatch sample;

  private RunAnalysis(RunConfig config, TrainingGraph graph, Images images, String weights) {
    this.config = config;
    this.graph = graph;
    this.weights = weights;
    this.evaluation = new Evaluation(graph, images);
    this.sample = new SampleBatch(graph.model(), images, evaluation.session());
  }

  /**
   * The newest checkpoint of a run.
   *
   * @param warn is told of damaged checkpoints that were passed over
   * @throws UserException when the run has no checkpoint
   */
  public static RunAnalysis ofRun(
      Baseline baseline, RunConfig config, RunFolder folder, Consumer<String> warn) {
    return ofRun(baseline, config, folder, folder.newest(config, warn));
  }

  /** A given checkpoint of a run. */
  public static RunAnalysis ofRun(
      Baseline baseline, RunConfig config, RunFolder folder, Checkpoint checkpoint) {
    Images images = new Images(config, baseline, folder.badImages());
    TrainingGraph graph = TrainingGraph.build(baseline, config, DataType.FLOAT);
    StateTensors.restore(graph.parameters(), checkpoint.tensors(), folder.checkpoints());
    return new RunAnalysis(
        config, graph, images, "after " + checkpoint.position().step() + " steps");
  }

  /**
   * The weights of a file, e.g. an official checkpoint, in the model of a configuration.
   *
   * @param out folder in which unreadable images are listed
   * @throws UserException when the file does not hold the whole model
   */
  public static RunAnalysis ofWeights(Baseline baseline, RunConfig config, Path file, Path out) {
    try {
      Images images = new Images(config, baseline, folder(out).resolve("bad-images.txt"));
      TrainingGraph graph = TrainingGraph.build(baseline, config, DataType.FLOAT);
      new ModelWeights(graph, config).load(file);
      return new RunAnalysis(config, graph, images, String.valueOf(file.getFileName()));
    } catch (IllegalArgumentException e) {
      throw new UserException(e.getMessage(), e);
    }
  }

  /** Which weights these are, for people. */
  public String weights() {
    return weights;
  }

  /** Writes a picture of each kind of prediction into {@code out}, and beside it a CSV. */
  public List<Path> reconstruct(Path out) {
    ReconstructionPicture picture = new ReconstructionPicture(sample, config);
    List<Path> written = new ArrayList<>();
    for (Prediction prediction : graph.model().outputs().predictions()) {
      String suffix = prediction.name().isEmpty() ? "" : "-" + prediction.name();
      Path png = folder(out).resolve("reconstruction" + suffix + ".png");
      picture.write(prediction, png);
      written.add(png);
    }
    return written;
  }

  /** Writes {@code heterogeneity.png} and {@code .csv} into {@code out} and returns the figures. */
  public HeterogeneityByLayer heterogeneity(Path out) {
    return new HeterogeneityPicture(graph, sample)
        .write(folder(out).resolve("heterogeneity.png"), weights);
  }

  /** Writes affinity maps of every layer into {@code out}, one picture and CSV a token group. */
  public List<Path> affinity(Path out, boolean softmax) {
    return new AffinityPicture(graph, sample).write(folder(out), softmax, "");
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
