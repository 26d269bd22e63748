package dev.mto.engine.run;

import dev.mto.data.ImageBatch;
import dev.mto.data.ImageBatches;
import dev.mto.data.StoppedException;
import dev.mto.data.folder.BadImages;
import dev.mto.engine.TrainingPosition;
import dev.mto.engine.collective.Collective;
import dev.mto.engine.errors.DivergenceException;
import dev.mto.engine.errors.PeerException;
import dev.mto.engine.errors.UserException;
import dev.mto.engine.folder.Checkpoint;
import dev.mto.engine.folder.CheckpointStore;
import dev.mto.engine.folder.RunLog;
import dev.mto.engine.folder.StopSignal;
import dev.mto.engine.listeners.StepMetrics;
import dev.mto.engine.listeners.TrainingListener;
import dev.mto.engine.weights.StateTensors;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * The one training loop: of pre-training, fine-tuning and the linear probe. The same seed gives the
 * same numbers, also across stops: everything random is a function of the seed and the position,
 * and the position is the number of steps done.
 */
public final class TrainingLoop {
  private final Trainee trainee;
  private final Schedule schedule;
  private final String task;
  private final String model;
  private final CheckpointStore store;
  private final RunLog log;
  private final Collective collective;
  private final List<TrainingListener> listeners = new ArrayList<>();
  private long done;

  /** The row of the last step, from the end of an epoch until it is measured; else null. */
  private Map<String, Object> unmeasured;

  /**
   * A loop before its first step.
   *
   * @param task what is trained: a method, {@code finetune} or {@code linear}
   * @param model the encoder, in words; a checkpoint of another task or model is refused
   * @param store where checkpoints are
   */
  public TrainingLoop(
      Trainee trainee,
      Schedule schedule,
      String task,
      String model,
      CheckpointStore store,
      RunLog log) {
    this(trainee, schedule, task, model, store, log, Collective.alone());
  }

  /** As the other, in one of several workers. */
  TrainingLoop(
      Trainee trainee,
      Schedule schedule,
      String task,
      String model,
      CheckpointStore store,
      RunLog log,
      Collective collective) {
    this.collective = collective;
    this.trainee = trainee;
    this.schedule = schedule;
    this.task = task;
    this.model = model;
    this.store = store;
    this.log = log;
  }

  /** Adds a listener; they are told in the order in which they were added. */
  public void add(TrainingListener listener) {
    listeners.add(listener);
  }

  /** Optimizer steps done. */
  public long done() {
    return done;
  }

  /** Steps whose rows the listeners have been told of, measures included. */
  public long told() {
    return unmeasured == null ? done : done - 1;
  }

  /** Whether all epochs are done and measured. */
  public boolean finished() {
    return done == schedule.steps() && unmeasured == null;
  }

  /** The state from which {@link #resume} goes on. */
  public Checkpoint checkpoint() {
    return new Checkpoint(
        new Checkpoint.Position(
            done,
            (int) (done / schedule.stepsPerEpoch()),
            done % schedule.stepsPerEpoch(),
            task,
            model,
            unmeasured),
        state());
  }

  Map<String, INDArray> state() {
    Map<String, INDArray> state = new LinkedHashMap<>(trainee.state());
    listeners.forEach(listener -> state.putAll(listener.state()));
    return state;
  }

  /**
   * Goes on from the newest checkpoint, if there is one.
   *
   * @return whether there was one
   * @throws UserException when it is of another task or model
   */
  public boolean resume() {
    Optional<Checkpoint> found = store.newest(log::line);
    found.ifPresent(this::restore);
    return found.isPresent();
  }

  private void restore(Checkpoint checkpoint) {
    Checkpoint.Position at = checkpoint.position();
    if (!at.baseline().equals(task) || !at.model().equals(model)) {
      throw new UserException(
          "%s: the checkpoint is of %s %s, the configuration of %s %s; resume with the configuration it was made with"
              .formatted(store.folder(), at.baseline(), at.model(), task, model));
    }
    if (at.step() > schedule.steps()) {
      throw new UserException(
          "%s: %d steps are done, more than the %d that are asked for now; ask for more epochs"
              .formatted(store.folder(), at.step(), schedule.steps()));
    }
    StateTensors.restore(state(), checkpoint.tensors(), store.folder());
    checkpoint.tensors().values().forEach(INDArray::close);
    trainee.resumeAt(at.step());
    done = at.step();
    unmeasured = at.unmeasured() == null ? null : StepMetrics.values(at.unmeasured());
  }

  /**
   * Trains to the end, or until Ctrl-C where a {@link StopSignal} of the job listens.
   *
   * @return whether all epochs are done; otherwise it was stopped, and saved
   * @throws DivergenceException when a loss or gradient is not finite
   */
  public boolean run() {
    try {
      train();
      tell(listener -> listener.ended(true));
      return true;
    } catch (StoppedException e) {
      collective.leaveStopped();
      tell(listener -> listener.ended(false));
      log.line("stopped after step " + done + "; saved. To go on: --resume");
      return false;
    }
  }

  private void train() {
    if (unmeasured != null) {
      endEpoch();
    }
    while (done < schedule.steps()) {
      epoch();
    }
  }

  /** Trains the rest of the current epoch. */
  private void epoch() {
    int epoch = (int) (done / schedule.stepsPerEpoch());
    long end = (epoch + 1) * schedule.stepsPerEpoch();
    long first = done % schedule.stepsPerEpoch();
    tell(listener -> listener.epochStarted(epoch, first, schedule.stepsPerEpoch()));
    try (ImageBatches batches = schedule.batches().of(epoch, first)) {
      while (done < end) {
        Map<String, Object> row = step(batches);
        if (done == end) {
          unmeasured = row;
        } else {
          tellOfStep(row);
          tell(TrainingListener::settled);
        }
      }
    }
    endEpoch();
  }

  /** Measures what is measured at the end of an epoch; a stop meanwhile leaves that for later. */
  private void endEpoch() {
    int epoch = (int) (done / schedule.stepsPerEpoch()) - 1;
    tell(listener -> listener.measure(epoch, unmeasured));
    tellOfStep(unmeasured);
    unmeasured = null;
    tell(listener -> listener.epochDone(epoch));
    tell(TrainingListener::settled);
  }

  /** One step; returns its row of metrics. */
  private Map<String, Object> step(ImageBatches batches) {
    long startedAt = System.nanoTime();
    long waitedBefore = batches.waitedNanos();
    collective.stepBegins();
    List<ImageBatch> microBatches = read(batches);
    int images = collective.size() * microBatches.stream().mapToInt(ImageBatch::size).sum();
    Map<String, Object> row;
    try {
      row =
          trainee.step(
              microBatches,
              new TrainingPosition(done, schedule.stepsPerEpoch(), schedule.epochs()),
              schedule.learningRate().at(done));
    } catch (StoppedException | PeerException e) {
      microBatches.forEach(ImageBatch::close);
      throw e;
    } catch (DivergenceException e) {
      throw new DivergenceException(
          e.getMessage()
              + (store.exists()
                  ? "; the last checkpoint is kept: --resume"
                  : "; nothing was saved yet: --resume begins at the first step"));
    }
    collective.stepEnds();
    done++;
    row.put("images_per_second", images / ((System.nanoTime() - startedAt) / 1e9));
    row.put("data_wait_ms", (batches.waitedNanos() - waitedBefore) / 1e6);
    return row;
  }

  /** The step's own micro-batches: no other step's take the place of those that cannot be read. */
  private List<ImageBatch> read(ImageBatches batches) {
    List<ImageBatch> microBatches = new ArrayList<>();
    long perStep = (long) schedule.accumulate() * collective.size();
    long end = (done % schedule.stepsPerEpoch() + 1) * perStep;
    try {
      while (microBatches.size() < schedule.accumulate() && batches.hasNextBefore(end)) {
        microBatches.add(batches.nextBatch());
      }
      if (StopSignal.requested()) {
        throw new StoppedException();
      }
    } catch (StoppedException e) {
      microBatches.forEach(ImageBatch::close);
      throw e;
    }
    if (microBatches.isEmpty()) {
      throw new UserException(
          "step %d: no image for it can be read, of a hundred that are tried for each; see %s"
              .formatted(done + 1, BadImages.FILE_NAME.replace(".", "*.")));
    }
    return microBatches;
  }

  private void tellOfStep(Map<String, Object> row) {
    StepMetrics metrics = new StepMetrics(done, (double) done / schedule.stepsPerEpoch(), row);
    tell(listener -> listener.stepDone(metrics));
  }

  private void tell(Consumer<TrainingListener> what) {
    listeners.forEach(what);
  }
}
