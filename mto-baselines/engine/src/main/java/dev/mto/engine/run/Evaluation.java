package dev.mto.engine.run;

import dev.mto.data.ImageBatch;
import dev.mto.data.ImageBatches;
import dev.mto.data.ImageFolder;
import dev.mto.engine.Method;
import dev.mto.engine.graph.GraphSession;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.indexing.NDArrayIndex;

/** Measures the current weights on images under fixed masks and without augmentation. */
final class Evaluation implements AutoCloseable {
  /** Enough for a k-NN accuracy that tells epochs apart; memory stays small on any data set. */
  private static final int MOST_FEATURES = 4096;

  private final TrainingGraph graph;
  private final Method method;
  private final Images images;
  private final GraphSession session;

  Evaluation(TrainingGraph graph, Images images) {
    this.graph = graph;
    this.method = graph.method();
    this.images = images;
    this.session = GraphSession.forward(graph.graph());
  }

  /** Mean self-supervised loss over the validation images, weighted by images. */
  double validationLoss() {
    String loss = method.selfSupervisedLoss().name();
    double[] sum = new double[2];
    try (ImageBatches batches = images.fixed(images.validation())) {
      while (batches.hasNext()) {
        ImageBatch batch = batches.nextBatch();
        Map<String, INDArray> feeds = method.evaluationFeeds(batch);
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
    INDArray rows = Nd4j.create(most, graph.method().features().getShape()[2]);
    int[] labels = new int[most];
    int[] filled = new int[1];
    String name = method.features().name();
    try (ImageBatches batches = images.unmasked(folder)) {
      while (batches.hasNext() && filled[0] < most) {
        ImageBatch batch = batches.nextBatch();
        Map<String, INDArray> feeds = method.evaluationFeeds(batch);
        session.run(
            feeds,
            List.of(name),
            values -> {
              try (INDArray mean = values.get(name).mean(1)) {
                for (int i = 0; i < mean.size(0) && filled[0] < most; i++) {
                  INDArray row = mean.getRow(i);
                  row.divi(Math.max(row.norm2Number().doubleValue(), 1e-12));
                  rows.putRow(filled[0], row);
                  labels[filled[0]++] = batch.labels()[i];
                }
              }
            });
        Feeds.close(feeds, batch);
      }
    }
    return new Features(
        rows.get(NDArrayIndex.interval(0, filled[0]), NDArrayIndex.all()).dup('c'),
        Arrays.copyOf(labels, filled[0]));
  }

  /** The live session, for pictures. */
  GraphSession session() {
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
