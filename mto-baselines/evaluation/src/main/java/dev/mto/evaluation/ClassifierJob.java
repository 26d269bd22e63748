package dev.mto.evaluation;

import dev.mto.data.ImageBatch;
import dev.mto.data.ImageBatches;
import dev.mto.engine.encoder.Scores;
import dev.mto.engine.folder.Checkpoint;
import dev.mto.engine.folder.CheckpointStore;
import dev.mto.engine.folder.RunLog;
import dev.mto.engine.folder.StopSignal;
import dev.mto.engine.graph.LabelledImages;
import dev.mto.engine.weights.StateTensors;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * Trains a classifier epoch by epoch, measures it after each, and keeps the last and the best
 * state. The same seed gives the same numbers, also across stops.
 */
final class ClassifierJob implements AutoCloseable {
  private static final String LOSS_SUM = "progress.loss_sum";
  private static final double MINUTES_BETWEEN_SAVES = 5;

  private final Learner learner;
  private final LabelledImages images;
  private final Schedule schedule;
  private final String task;
  private final RunLog log;
  private final CheckpointStore store;
  private final Path metrics;
  private final INDArray lossSum = Nd4j.scalar(0.0);
  private EpochLog rows;
  private Checkpoint.Position position;
  private long savedAt = System.nanoTime();

  /**
   * A job before its first step.
   *
   * @param task what is trained, in words; a checkpoint of another task is refused
   * @param folder receives checkpoints and metrics
   */
  ClassifierJob(
      Learner learner,
      LabelledImages images,
      Schedule schedule,
      String task,
      Path folder,
      RunLog log) {
    this.learner = learner;
    this.images = images;
    this.schedule = schedule;
    this.task = task;
    this.log = log;
    this.store = new CheckpointStore(folder.resolve("checkpoints"), 1);
    this.metrics = folder.resolve("metrics.jsonl");
    this.rows = EpochLog.open(metrics, 0);
    this.position = new Checkpoint.Position(0, 0, 0, task, "");
  }

  /** Goes on from the last checkpoint, if there is one. */
  void resume() {
    Optional<Checkpoint> found = store.newest(log::line);
    found.ifPresent(
        checkpoint -> {
          StateTensors.restore(
              state(), checkpoint.tensors(), metrics.resolveSibling("checkpoints"));
          checkpoint.tensors().values().forEach(INDArray::close);
          position = checkpoint.position();
          learner.resumeAt(position.step());
        });
    rows = EpochLog.open(metrics, position.epoch());
    log.line(
        found.isPresent()
            ? "resuming after step " + position.step()
            : "starting again from step 0");
  }

  /**
   * Trains to the end, or until Ctrl-C.
   *
   * @return whether all epochs are done
   */
  boolean run() {
    Progress progress = new Progress(log, schedule, position.step());
    try (StopSignal stop = new StopSignal()) {
      while (position.epoch() < schedule.epochs()) {
        if (!epoch(stop, progress)) {
          save();
          log.line("stopped after step " + position.step() + "; saved. To go on: --resume");
          return false;
        }
      }
      return true;
    }
  }

  private boolean epoch(StopSignal stop, Progress progress) {
    int epoch = position.epoch();
    try (ImageBatches batches =
        images.training(
            schedule.augmentation(),
            epoch,
            Math.toIntExact(position.stepInEpoch() * schedule.accumulate()),
            schedule.batch(),
            schedule.seed())) {
      while (position.stepInEpoch() < schedule.stepsPerEpoch()) {
        if (stop.requested()) {
          return false;
        }
        step(batches, progress);
      }
    }
    finish(epoch, progress);
    return true;
  }

  private void step(ImageBatches batches, Progress progress) {
    List<ImageBatch> microBatches = new ArrayList<>();
    while (microBatches.size() < schedule.accumulate() && batches.hasNext()) {
      microBatches.add(batches.nextBatch());
    }
    long index = position.step();
    double loss = learner.step(microBatches, index, schedule.learningRate().at(index));
    lossSum.addi(loss);
    position =
        new Checkpoint.Position(index + 1, position.epoch(), position.stepInEpoch() + 1, task, "");
    progress.step(index + 1, loss);
    saveWhenDue();
  }

  private void saveWhenDue() {
    if ((System.nanoTime() - savedAt) / 6e10 >= MINUTES_BETWEEN_SAVES) {
      save();
    }
  }

  private void finish(int epoch, Progress progress) {
    double loss = lossSum.getDouble(0) / schedule.stepsPerEpoch();
    lossSum.assign(0);
    position = new Checkpoint.Position(position.step(), epoch + 1, 0, task, "");
    if (schedule.measures(epoch + 1)) {
      measured(loss, progress);
      save();
    } else {
      saveWhenDue();
    }
  }

  private void measured(double loss, Progress progress) {
    Scores scores = measure();
    boolean best = scores.top1() > rows.best();
    EpochRow row =
        new EpochRow(
            position.epoch(),
            position.step(),
            loss,
            schedule.learningRate().at(position.step() - 1),
            scores.top1(),
            scores.top5());
    rows.add(row);
    if (best) {
      store.saveBest(new Checkpoint(position, state()));
    }
    progress.epoch(row);
  }

  /** Measures the classifier as it is on the validation images. */
  Scores measure() {
    Scores.Counter counter = new Scores.Counter(images.classes());
    try (ImageBatches batches = images.centreCrops(images.validation(), schedule.batch())) {
      while (batches.hasNext()) {
        try (ImageBatch batch = batches.nextBatch()) {
          learner.logits(batch.images(), logits -> counter.add(batch.labels(), logits));
        }
      }
    }
    return counter.scores();
  }

  /** What each epoch gave. */
  List<EpochRow> rows() {
    return rows.rows();
  }

  private void save() {
    store.saveLast(new Checkpoint(position, state()));
    savedAt = System.nanoTime();
  }

  private Map<String, INDArray> state() {
    Map<String, INDArray> state = new LinkedHashMap<>(learner.state());
    state.put(LOSS_SUM, lossSum);
    return state;
  }

  @Override
  public void close() {
    learner.close();
    lossSum.close();
  }
}
