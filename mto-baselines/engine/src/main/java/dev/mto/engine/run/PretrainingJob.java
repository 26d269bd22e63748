package dev.mto.engine.run;

import dev.mto.data.ImageBatch;
import dev.mto.data.ImageBatches;
import dev.mto.engine.Baseline;
import dev.mto.engine.TrainingPosition;
import dev.mto.engine.analysis.RunPictures;
import dev.mto.engine.analysis.SampleBatch;
import dev.mto.engine.config.RunConfig;
import dev.mto.engine.config.TrainingConfig;
import dev.mto.engine.errors.UserException;
import dev.mto.engine.folder.Checkpoint;
import dev.mto.engine.folder.CheckpointStore;
import dev.mto.engine.folder.Provenance;
import dev.mto.engine.folder.RunFolder;
import dev.mto.engine.folder.RunLog;
import dev.mto.engine.folder.Start;
import dev.mto.engine.folder.StopSignal;
import dev.mto.engine.graph.Images;
import dev.mto.engine.graph.TrainingGraph;
import dev.mto.engine.optimizer.AdamW;
import dev.mto.engine.optimizer.LearningRate;
import dev.mto.engine.report.MetricsFile;
import dev.mto.engine.report.TensorBoardEvents;
import dev.mto.engine.weights.ModelWeights;
import dev.mto.engine.weights.StateTensors;
import dev.mto.models.weights.WeightMatch;
import java.io.IOException;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * Pre-trains a model. The same seed gives the same numbers, also across stops: everything random is
 * a function of the seed and the position, and a checkpoint holds the position.
 */
public final class PretrainingJob implements AutoCloseable {
  /** How a run ended. */
  public enum Outcome {
    /** All epochs are done. */
    DONE,
    /** Ctrl-C; saved and resumable. */
    STOPPED
  }

  private final RunConfig config;
  private final RunFolder folder;
  private final RunLog log;
  private final CheckpointStore store;
  private final Images images;
  private final TrainingGraph graph;
  private final AdamW optimizer;
  private final TrainingStep step;
  private final Evaluation evaluation;
  private final RunPictures pictures;
  private final LearningRate learningRate;
  private final long stepsPerEpoch;
  private final String model;
  private Checkpoint.Position position;
  private long savedAt = System.nanoTime();

  /**
   * Prepares a run; nothing is trained yet.
   *
   * @param start what the run starts from
   * @throws UserException for data, models or checkpoints that do not fit
   */
  public PretrainingJob(
      Baseline baseline, RunConfig config, RunFolder folder, Start start, PrintStream console) {
    this.config = config;
    this.folder = folder;
    this.log = new RunLog(console, folder.log());
    this.store = folder.store(config);
    TrainingConfig training = config.training();
    try {
      images = new Images(config, baseline, folder.badImages());
      graph = TrainingGraph.build(baseline, config, DataType.FLOAT);
    } catch (IllegalArgumentException e) {
      throw new UserException(e.getMessage(), e);
    }
    model = config.vit().toString();
    optimizer = graph.optimizer(training);
    step = new TrainingStep(graph, optimizer, training);
    evaluation = new Evaluation(graph, images);
    pictures =
        new RunPictures(
            graph, new SampleBatch(graph.model(), images, evaluation.session()), config, folder);
    stepsPerEpoch = images.stepsPerEpoch();
    learningRate = LearningRate.of(training, stepsPerEpoch);
    position = new Checkpoint.Position(0, 0, 0, config.baseline(), model);
    if (start.resume()) {
      restore();
    } else {
      start.weights().ifPresent(this::initialise);
      Provenance.write(folder.provenance(), config, start, images.train(), images.validation());
    }
  }

  /** Takes over weights of a file, and saves them as step 0 so that a resumed run has them. */
  private void initialise(Path file) {
    WeightMatch match = new ModelWeights(graph, config).load(file);
    log.line("initial weights from " + file + "\n" + match.report());
    save();
  }

  private void restore() {
    Optional<Checkpoint> found = store.newest(log::line);
    found.ifPresent(
        checkpoint -> {
          Checkpoint.Position at = checkpoint.position();
          if (!at.baseline().equals(config.baseline()) || !at.model().equals(model)) {
            throw new UserException(
                folder.checkpoints()
                    + ": the checkpoint is of "
                    + at.baseline()
                    + " "
                    + at.model()
                    + ", the configuration of "
                    + config.baseline()
                    + " "
                    + model
                    + "; resume with the configuration it was made with");
          }
          StateTensors.restore(state(), checkpoint.tensors(), folder.checkpoints());
          checkpoint.tensors().values().forEach(INDArray::close);
          optimizer.resumeAt(at.step());
          position = at;
        });
    forgetLater(position.step());
    log.line(
        found.isPresent()
            ? "resuming after step " + position.step()
            : "no checkpoint yet: starting again from step 0");
  }

  /** Drops what was logged after the checkpoint: those steps are made again. */
  private void forgetLater(long step) {
    try {
      MetricsFile.truncateAfter(folder.metrics(), step);
      TensorBoardEvents.truncateAfter(folder.events(), step);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private Map<String, INDArray> state() {
    Map<String, INDArray> state = new LinkedHashMap<>(graph.parameters());
    state.putAll(optimizer.state());
    state.putAll(graph.model().state());
    return state;
  }

  /**
   * Trains to the end, or until Ctrl-C.
   *
   * @throws DivergenceException when a loss or gradient is not finite
   * @throws UncheckedIOException when the disk is full; the last checkpoint stays good
   */
  public Outcome run() {
    long allSteps = stepsPerEpoch * config.training().epochs();
    announce(allSteps);
    if (allSteps == 0) {
      save();
      log.line("done: the first values are saved, untrained (training.epochs is 0)");
      return Outcome.DONE;
    }
    warnOfLoneToken();
    try (StopSignal stop = new StopSignal();
        MetricsListener metrics = new MetricsListener(folder.metrics());
        TensorBoardListener tensorBoard = new TensorBoardListener(folder.events());
        ConsoleListener progress = new ConsoleListener(log, config.training().epochs(), allSteps);
        SaturationListener saturation = new SaturationListener(log::line)) {
      List<RunListener> listeners = List.of(metrics, tensorBoard, progress, saturation);
      while (position.epoch() < config.training().epochs()) {
        if (!epoch(listeners, stop)) {
          save();
          pictures.report();
          log.line("stopped after step " + position.step() + "; saved. To go on: --resume");
          return Outcome.STOPPED;
        }
      }
      save();
      pictures.last();
      pictures.report();
      log.line("done: " + folder.root().resolve("report.html"));
      return Outcome.DONE;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Trains the rest of the current epoch; false when it was interrupted. */
  private boolean epoch(List<RunListener> listeners, StopSignal stop) {
    int epoch = position.epoch();
    listeners.forEach(l -> l.epochStarted(epoch, position.stepInEpoch(), stepsPerEpoch));
    try (ImageBatches batches = images.training(epoch, position.stepInEpoch())) {
      while (position.stepInEpoch() < stepsPerEpoch) {
        if (stop.requested()) {
          return false;
        }
        oneStep(batches, listeners);
        saveWhenDue();
      }
    }
    position = new Checkpoint.Position(position.step(), epoch + 1, 0, config.baseline(), model);
    listeners.forEach(l -> l.epochDone(epoch));
    if (due(config.log().picturesEveryEpochs(), epoch)) {
      pictures.reconstruction(epoch + 1);
      pictures.report();
    }
    if (due(config.checkpoint().everyEpochs(), epoch)) {
      store.saveEpoch(new Checkpoint(position, state()), epoch + 1);
    }
    return true;
  }

  private void oneStep(ImageBatches batches, List<RunListener> listeners) {
    long startedAt = System.nanoTime();
    long waitedBefore = batches.waitedNanos();
    List<ImageBatch> microBatches = new ArrayList<>();
    while (microBatches.size() < config.training().accumulate() && batches.hasNext()) {
      microBatches.add(batches.nextBatch());
    }
    long index = position.step();
    boolean last = position.stepInEpoch() + 1 == stepsPerEpoch;
    double rate = learningRate.at(index);
    StepResult result =
        step.run(
            microBatches,
            new TrainingPosition(index, stepsPerEpoch, config.training().epochs()),
            rate,
            config.log().heterogeneityEvery() > 0
                && (index % config.log().heterogeneityEvery() == 0 || last));
    double seconds = (System.nanoTime() - startedAt) / 1e9;
    Map<String, Object> row = new LinkedHashMap<>(result.losses());
    if (!result.heterogeneity().isEmpty()) {
      row.putAll(result.heterogeneity());
      row.put("heterogeneity.bound", result.bound());
    }
    row.put("lr", rate);
    row.put("grad_norm", result.gradientNorm());
    row.put("images_per_second", result.images() / seconds);
    row.put("data_wait_ms", (batches.waitedNanos() - waitedBefore) / 1e6);
    position =
        new Checkpoint.Position(
            index + 1, position.epoch(), position.stepInEpoch() + 1, config.baseline(), model);
    if (last) {
      evaluate(position.epoch(), row);
    }
    StepMetrics metrics = new StepMetrics(index + 1, (index + 1.0) / stepsPerEpoch, row);
    listeners.forEach(l -> l.stepDone(metrics));
  }

  private void evaluate(int epoch, Map<String, Object> row) {
    if (images.validation() == null) {
      return;
    }
    row.put("val_loss", evaluation.validationLoss());
    if (due(config.log().knnEveryEpochs(), epoch)
        && images.train().labelled()
        && images.validation().labelled()) {
      row.put("knn", evaluation.knnAccuracy());
    }
  }

  private boolean due(int every, int epoch) {
    return every > 0 && ((epoch + 1) % every == 0 || epoch + 1 == config.training().epochs());
  }

  private void saveWhenDue() {
    if ((System.nanoTime() - savedAt) / 6e10 >= config.checkpoint().everyMinutes()) {
      save();
    }
  }

  private void save() {
    store.saveLast(new Checkpoint(position, state()));
    savedAt = System.nanoTime();
  }

  private void announce(long allSteps) {
    var vit = config.vit();
    log.line(
        config.baseline()
            + (config.mto().enabled() ? " with MTO" : " without MTO")
            + " on "
            + images.train().size()
            + " images: "
            + config.training().epochs()
            + " epochs, "
            + allSteps
            + " steps of "
            + config.training().batch() * config.training().accumulate()
            + " images");
    log.line(
        "model: dim "
            + vit.dim()
            + ", depth "
            + vit.depth()
            + ", heads "
            + vit.heads()
            + ", "
            + vit.patches()
            + " patches; "
            + Provenance.machine().get("backend")
            + ", "
            + Provenance.machine().get("threads")
            + " threads; run folder "
            + folder.root());
  }

  private void warnOfLoneToken() {
    if (config.mto().enabled() && images.visibleTokens() == 1) {
      log.line(
          "warning: masking.ratio "
              + config.masking().ratio()
              + " leaves one visible token: heterogeneity is 0 and L_e has no gradient; lower it");
    }
  }

  @Override
  public void close() {
    step.close();
    evaluation.close();
    optimizer.close();
    log.close();
  }
}
