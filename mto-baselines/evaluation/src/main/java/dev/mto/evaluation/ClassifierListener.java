package dev.mto.evaluation;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.mto.engine.encoder.Scores;
import dev.mto.engine.errors.FileException;
import dev.mto.engine.errors.UserException;
import dev.mto.engine.folder.AtomicFiles;
import dev.mto.engine.folder.CheckpointStore;
import dev.mto.engine.listeners.StepMetrics;
import dev.mto.engine.listeners.TrainingListener;
import dev.mto.engine.run.TrainingLoop;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.IntPredicate;
import java.util.function.Supplier;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * Measures a classifier at the end of epochs, keeps {@code metrics.jsonl}, one row a measured
 * epoch, and saves the best state.
 */
final class ClassifierListener implements TrainingListener {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final String LOSS_SUM = "progress.loss_sum";

  private final TrainingLoop loop;
  private final CheckpointStore store;
  private final Path metrics;
  private final IntPredicate epochs;
  private final Supplier<Scores> scores;
  private final INDArray lossSum = Nd4j.scalar(0.0);
  private final List<EpochRow> rows = new ArrayList<>();
  private boolean best;

  /**
   * Rows in the file {@code metrics}.
   *
   * @param epochs whether the classifier is measured after so many epochs
   * @param scores measures it
   */
  ClassifierListener(
      TrainingLoop loop,
      CheckpointStore store,
      Path metrics,
      IntPredicate epochs,
      Supplier<Scores> scores) {
    this.loop = loop;
    this.store = store;
    this.metrics = metrics;
    this.epochs = epochs;
    this.scores = scores;
  }

  /** Takes over the rows of the first {@code epochs} epochs, as far as they were written. */
  void resumeAfter(int epochs) {
    rows.clear();
    if (!Files.exists(metrics)) {
      return;
    }
    try {
      for (String line : Files.readAllLines(metrics)) {
        EpochRow row = JSON.readValue(line, EpochRow.class);
        if (row.epoch() <= epochs) {
          rows.add(row);
        }
      }
    } catch (JsonProcessingException e) {
      throw new UserException(
          metrics + ": is damaged; train again into another --out, its curve is lost", e);
    } catch (IOException e) {
      throw FileException.reading(metrics, e);
    }
  }

  /** What each measured epoch gave. */
  List<EpochRow> rows() {
    return List.copyOf(rows);
  }

  @Override
  public void measure(int epoch, Map<String, Object> row) {
    if (!epochs.test(epoch + 1)) {
      return;
    }
    long steps = loop.done() / (epoch + 1);
    double loss = (lossSum.getDouble(0) + (double) row.get("loss")) / steps;
    Scores measured = scores.get();
    best = rows.stream().allMatch(earlier -> measured.top1() > earlier.top1());
    rows.add(
        new EpochRow(
            epoch + 1,
            loop.done(),
            loss,
            (double) row.get("lr"),
            measured.top1(),
            measured.top5()));
    row.put("epoch_loss", loss);
    row.put("top1", measured.top1());
    row.put("top5", measured.top5());
    write();
  }

  private void write() {
    StringBuilder text = new StringBuilder();
    try {
      for (EpochRow each : rows) {
        text.append(JSON.writeValueAsString(each)).append('\n');
      }
      AtomicFiles.writeString(metrics, text.toString());
    } catch (JsonProcessingException e) {
      throw new IllegalStateException(e);
    }
  }

  @Override
  public void stepDone(StepMetrics row) {
    lossSum.addi(row.number("loss"));
  }

  @Override
  public void epochDone(int epoch) {
    lossSum.assign(0);
    if (best) {
      store.saveBest(loop.checkpoint());
      best = false;
    }
  }

  @Override
  public Map<String, INDArray> state() {
    return Map.of(LOSS_SUM, lossSum);
  }

  @Override
  public void close() {
    lossSum.close();
  }
}
