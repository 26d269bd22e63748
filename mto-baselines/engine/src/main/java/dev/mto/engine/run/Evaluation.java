package dev.mto.engine.run;

import dev.mto.data.ImageBatch;
import dev.mto.data.ImageBatches;
import dev.mto.data.folder.ImageFolder;
import dev.mto.engine.Model;
import dev.mto.engine.graph.Feeds;
import dev.mto.engine.graph.Images;
import dev.mto.engine.graph.TrainingGraph;
import dev.mto.executor.GraphSession;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** Measures the current weights on images under fixed masks and without augmentation. */
public final class Evaluation implements AutoCloseable {
  /** Enough for a k-NN accuracy that tells epochs apart; memory stays small on any data set. */
  private static final int MOST_FEATURES = 4096;

  private final Model model;
  private final Images images;
  private final GraphSession session;

  public Evaluation(TrainingGraph graph, Images images) {
    this.model = graph.model();
    this.images = images;
    this.session = GraphSession.forward(graph.graph());
  }

  /** Mean self-supervised loss over the validation images, weighted by images. */
  double validationLoss() {
    String loss = model.outputs().loss().name();
    double[] sum = new double[2];
    try (ImageBatches batches = images.fixed(images.validation())) {
      while (batches.hasNext()) {
        ImageBatch batch = batches.nextBatch();
        Map<String, INDArray> feeds = model.evaluationFeeds(batch);
        long count = batch.images().size(0);
        session.run(
            feeds, List.of(loss), values -> sum[0] += values.get(loss).getDouble(0) * count);
        sum[1] += count;
        Feeds.close(feeds, batch);
      }
    }
    return sum[0] / sum[1];
  }

  /** k-NN accuracy of the mean of patch features, training images against validation images. */
  double knnAccuracy() {
    try (Features train = features(images.train());
        Features validation = features(images.validation())) {
      return KnnClassifier.accuracy(
          train.rows(), train.labels(), validation.rows(), validation.labels());
    }
  }

  private Features features(ImageFolder folder) {
    int most = Math.min(folder.size(), MOST_FEATURES);
    List<float[]> rows = new ArrayList<>();
    List<Integer> labels = new ArrayList<>();
    String name = model.outputs().features().name();
    try (ImageBatches batches = images.unmasked(folder)) {
      while (batches.hasNext() && rows.size() < most) {
        ImageBatch batch = batches.nextBatch();
        Map<String, INDArray> feeds = model.evaluationFeeds(batch);
        session.run(feeds, List.of(name), values -> addRows(values.get(name), rows));
        for (int label : batch.labels()) {
          labels.add(label);
        }
        Feeds.close(feeds, batch);
      }
    }
    return new Features(
        Nd4j.createFromArray(rows.toArray(float[][]::new)),
        labels.stream().mapToInt(Integer::intValue).toArray());
  }

  /** Adds the mean over patches of each image, scaled to norm 1. */
  private static void addRows(INDArray features, List<float[]> rows) {
    try (INDArray mean = features.mean(1)) {
      for (float[] row : mean.toFloatMatrix()) {
        double sum = 0;
        for (float value : row) {
          sum += value * value;
        }
        float norm = (float) Math.max(Math.sqrt(sum), 1e-12);
        for (int d = 0; d < row.length; d++) {
          row[d] /= norm;
        }
        rows.add(row);
      }
    }
  }

  /** The live session, for pictures. */
  public GraphSession session() {
    return session;
  }

  @SuppressWarnings("ArrayRecordComponent")
  private record Features(INDArray rows, int[] labels) implements AutoCloseable {
    @Override
    public void close() {
      rows.close();
    }
  }

  @Override
  public void close() {
    session.close();
  }
}
