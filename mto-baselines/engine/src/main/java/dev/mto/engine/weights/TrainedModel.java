package dev.mto.engine.weights;

import dev.mto.engine.Baseline;
import dev.mto.engine.Baselines;
import dev.mto.engine.config.ConfigLoader;
import dev.mto.engine.config.RunConfig;
import dev.mto.engine.errors.UserException;
import dev.mto.engine.folder.Checkpoint;
import dev.mto.engine.folder.RunFolder;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * The model of a run, of one of its checkpoints, or of a file of weights: the one way to open it.
 * The configuration is read at once, weights only when they are asked for.
 */
public final class TrainedModel {
  private final RunConfig config;
  private final Baseline baseline;
  private final RunFolder run; // null for a file
  private final Integer epoch;
  private final Path file;
  private final Consumer<String> warn;

  private TrainedModel(
      RunConfig config, RunFolder run, Integer epoch, Path file, Consumer<String> warn) {
    this.config = config;
    this.baseline = Baselines.named(config.baseline());
    this.run = run;
    this.epoch = epoch;
    this.file = file;
    this.warn = warn;
  }

  /** The model of a run's newest whole checkpoint, as {@link #ofRun(Path, Optional, Consumer)}. */
  public static TrainedModel ofRun(Path folder, Consumer<String> warn) {
    return ofRun(folder, Optional.empty(), warn);
  }

  /**
   * The model of a run.
   *
   * @param epoch takes the checkpoint that was kept after this epoch; empty for the newest whole
   *     one
   * @param warn is told of damaged checkpoints that were passed over
   * @throws UserException when there is no run in the folder
   */
  public static TrainedModel ofRun(Path folder, Optional<Integer> epoch, Consumer<String> warn) {
    RunFolder run = RunFolder.open(folder);
    return new TrainedModel(ConfigLoader.read(run.config()), run, epoch.orElse(null), null, warn);
  }

  /**
   * The model of a file of weights.
   *
   * @param file safetensors, .npz or a PyTorch checkpoint, under official, timm's or Hugging Face's
   *     names
   * @param config of the model
   */
  public static TrainedModel ofFile(Path file, RunConfig config) {
    return new TrainedModel(config, null, null, file, message -> {});
  }

  /** What the model was configured by. */
  public RunConfig config() {
    return config;
  }

  /** Its method. */
  public Baseline baseline() {
    return baseline;
  }

  /** Where it comes from, for people. */
  public String name() {
    return run == null
        ? file.toString()
        : run.root() + (epoch == null ? "" : " after epoch " + epoch);
  }

  /**
   * All of the model, with the state of its method (a teacher, running statistics).
   *
   * @throws UserException when the run has no such checkpoint, or the file lacks a part of the
   *     model
   */
  public ModelWeights whole() {
    return run == null ? ofFile(weights -> weights.load(file)) : ofRun();
  }

  /**
   * As {@link #whole}, where a file may hold the encoder alone; what is not of it keeps its first
   * values then.
   */
  public ModelWeights encoder() {
    return run == null
        ? ofFile(weights -> weights.loadEncoder(baseline, WeightSource.of(file)))
        : ofRun();
  }

  /**
   * The tensors of the encoder, and of whatever else was saved, under official names.
   *
   * @throws UserException as {@link #encoder}, or when a teacher is asked for and there is none
   */
  public Map<String, INDArray> tensors(WeightsOf which) {
    ModelWeights weights = encoder();
    if (which == WeightsOf.STUDENT) {
      return weights.tensors();
    }
    if (!weights.hasTeacher()) {
      throw new UserException(
          "weights: teacher: " + config.baseline() + " has none; choose student");
    }
    return weights.teacher();
  }

  private ModelWeights ofFile(Consumer<ModelWeights> load) {
    ModelWeights weights = new ModelWeights(baseline, config);
    load.accept(weights);
    return weights.described(String.valueOf(file.getFileName()));
  }

  private ModelWeights ofRun() {
    Checkpoint checkpoint = epoch == null ? run.newest(config, warn) : run.kept(config, epoch);
    ModelWeights weights = new ModelWeights(baseline, config);
    weights.restore(checkpoint, run.checkpoints());
    return weights.described("after " + checkpoint.position().step() + " steps");
  }
}
