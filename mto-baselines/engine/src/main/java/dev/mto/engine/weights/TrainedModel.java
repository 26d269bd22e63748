package dev.mto.engine.weights;

import dev.mto.engine.Baseline;
import dev.mto.engine.Baselines;
import dev.mto.engine.config.ConfigLoader;
import dev.mto.engine.config.RunConfig;
import dev.mto.engine.config.TrainingConfig.Precision;
import dev.mto.engine.encoder.EncoderExport;
import dev.mto.engine.errors.UserException;
import dev.mto.engine.folder.Checkpoint;
import dev.mto.engine.folder.RunFolder;
import dev.mto.models.weights.WeightMatch;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
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
  private final WeightSource file; // null for a run
  private final Consumer<String> warn;

  private TrainedModel(
      RunConfig config, RunFolder run, Integer epoch, WeightSource file, Consumer<String> warn) {
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
   * A model that ships with the product, with its own configuration.
   *
   * @param weights e.g. {@code builtin:mae-tiny}
   * @throws UserException when there is none of this name
   */
  public static TrainedModel builtin(String weights) {
    WeightSource source = WeightSource.named(weights, null);
    return ofFile(source, BuiltinWeights.of(weights).config(), note -> {});
  }

  /** As {@link #ofFile(WeightSource, RunConfig, Consumer)}, telling standard error. */
  public static TrainedModel ofFile(Path file, RunConfig config) {
    return ofFile(WeightSource.of(file), config, System.err::println);
  }

  /**
   * The model of a file of weights.
   *
   * @param file under official, timm's or Hugging Face's names
   * @param config of the model
   * @param say is told what was done to names, and which tensors are not used
   */
  public static TrainedModel ofFile(WeightSource file, RunConfig config, Consumer<String> say) {
    return new TrainedModel(config, null, null, file, say);
  }

  /** The same model, to be run in another precision than it was trained in. */
  public TrainedModel in(Precision precision) {
    return new TrainedModel(config.withPrecision(precision), run, epoch, file, warn);
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
    return run == null ? file.name() : run.root() + (epoch == null ? "" : " after epoch " + epoch);
  }

  /** Where it comes from, for programs. */
  public ModelOrigin origin() {
    return run == null ? ModelOrigin.ofFile(file) : ModelOrigin.ofRun(run.root(), epoch);
  }

  /**
   * All of the model, with the state of its method (a teacher, running statistics).
   *
   * @throws UserException when the run has no such checkpoint, or the file lacks a part of the
   *     model
   */
  public ModelWeights whole() {
    return run == null ? ofFile() : ofRun();
  }

  /** The encoder alone, which is all that a file must hold for it. */
  public EncoderExport encoder() {
    return new EncoderExport(baseline, config, tensors(WeightsOf.STUDENT));
  }

  /**
   * The tensors of the encoder, and of whatever else was saved, under official names; of a file
   * that fine-tuning left, with its own positions.
   *
   * @throws UserException as {@link #whole}, where a file may hold the encoder alone, or when a
   *     teacher is asked for and there is none
   */
  public Map<String, INDArray> tensors(WeightsOf which) {
    if (run == null && which == WeightsOf.STUDENT) {
      return new EncoderFile(baseline, config, file, warn).tensors(false);
    }
    ModelWeights weights = run == null ? new ModelWeights(baseline, config) : ofRun();
    if (which == WeightsOf.STUDENT) {
      return weights.tensors();
    }
    if (!weights.hasTeacher()) {
      throw new UserException(
          "weights: teacher: " + config.baseline() + " has none; choose student");
    }
    return run == null
        ? new EncoderFile(baseline, config, file, warn).tensors(true)
        : weights.teacher();
  }

  private ModelWeights ofFile() {
    ModelWeights weights = new ModelWeights(baseline, config);
    WeightMatch match = weights.load(file);
    match.notes().forEach(note -> warn.accept(file.name() + ": " + note));
    if (!match.unexpected().isEmpty()) {
      Set<String> model = weights.tensors().keySet();
      warn.accept(file.name() + ": " + UnusedTensors.describe(match.unexpected(), model));
    }
    return weights.described(file.shortName());
  }

  private ModelWeights ofRun() {
    Checkpoint checkpoint = epoch == null ? run.newest(config, warn) : run.kept(config, epoch);
    ModelWeights weights = new ModelWeights(baseline, config);
    weights.restore(checkpoint, run.checkpoints());
    return weights.described("after " + checkpoint.position().step() + " steps");
  }
}
