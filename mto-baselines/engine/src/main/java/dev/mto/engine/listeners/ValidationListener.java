package dev.mto.engine.listeners;

import dev.mto.data.ImageBatch;
import dev.mto.data.ImageBatches;
import dev.mto.data.folder.BadImages;
import dev.mto.data.folder.ImageFolder;
import dev.mto.engine.Model;
import dev.mto.engine.collective.Collective;
import dev.mto.engine.encoder.FeatureTable;
import dev.mto.engine.encoder.NearestNeighbours;
import dev.mto.engine.errors.UserException;
import dev.mto.engine.graph.Feeds;
import dev.mto.engine.graph.Images;
import dev.mto.executor.GraphSession;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.function.IntPredicate;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * Measures the validation images at the end of epochs: the self-supervised loss under masks that
 * are the same every time, by all workers, each its share of the batches; and the k-NN accuracy by
 * the one of rank 0, which is that of {@code evaluate knn} where the folders are not larger than
 * 4096 images.
 */
public final class ValidationListener implements TrainingListener {
  /** Of a larger folder, images at equal distances: memory stays small on any data set. */
  private static final int MOST_IMAGES = 4096;

  private final Model model;
  private final Images images;
  private final GraphSession session;
  private final IntPredicate knnEpochs;
  private final Collective collective;
  private final String pooled;

  /**
   * Measures the weights of {@code model}.
   *
   * @param session runs its graph
   * @param knnEpochs whether the k-NN accuracy is measured after so many epochs
   * @param collective of the workers, all of which measure
   */
  public ValidationListener(
      Model model,
      Images images,
      GraphSession session,
      IntPredicate knnEpochs,
      Collective collective) {
    this.model = model;
    this.images = images;
    this.session = session;
    this.knnEpochs = knnEpochs;
    this.collective = collective;
    this.pooled = model.outputs().features().mean(1).name();
  }

  @Override
  public void measure(int epoch, Map<String, Object> row) {
    if (images.validation() == null) {
      return;
    }
    row.put("val_loss", loss());
    if (collective.rank() == 0 && knnEpochs.test(epoch + 1) && images.canBeToldApart()) {
      row.put("knn", knnAccuracy());
    }
  }

  /** Mean self-supervised loss over the validation images, weighted by images. */
  private double loss() {
    double sum = 0;
    long read = 0;
    for (BatchLoss batch : ofAllWorkers(measured())) {
      sum += batch.loss() * batch.images();
      read += batch.images();
    }
    if (read == 0) {
      throw new UserException(
          "data.val: none of its %d images can be read; see %s"
              .formatted(images.validation().size(), BadImages.FILE_NAME));
    }
    return sum / read;
  }

  /** The mean loss of a batch's images that could be read. */
  private record BatchLoss(int number, int images, double loss) {
    static final int BYTES = 2 * Integer.BYTES + Double.BYTES;
  }

  private List<BatchLoss> measured() {
    String loss = model.outputs().loss().name();
    List<BatchLoss> measured = new ArrayList<>();
    try (ImageBatches batches = images.validated(collective.rank(), collective.size())) {
      while (batches.hasNext()) {
        ImageBatch batch = batches.nextBatch();
        Map<String, INDArray> feeds = model.evaluationFeeds(batch);
        session.run(
            feeds,
            List.of(loss),
            values ->
                measured.add(
                    new BatchLoss(batch.number(), batch.size(), values.get(loss).getDouble(0))));
        Feeds.close(feeds, batch);
      }
    }
    return measured;
  }

  /** In the order of the batches, so that the sum has the same bits for any number of workers. */
  private List<BatchLoss> ofAllWorkers(List<BatchLoss> own) {
    ByteBuffer record = ByteBuffer.allocate(own.size() * BatchLoss.BYTES);
    own.forEach(batch -> record.putInt(batch.number).putInt(batch.images).putDouble(batch.loss));
    List<BatchLoss> all = new ArrayList<>();
    for (byte[] part : collective.gather(record.array())) {
      ByteBuffer in = ByteBuffer.wrap(part);
      while (in.hasRemaining()) {
        all.add(new BatchLoss(in.getInt(), in.getInt(), in.getDouble()));
      }
    }
    all.sort(Comparator.comparingInt(BatchLoss::number));
    return all;
  }

  private double knnAccuracy() {
    List<String> classes = images.train().classes();
    try (FeatureTable train = features(images.train());
        FeatureTable validation = features(images.validation())) {
      return NearestNeighbours.usual().classify(train, validation, classes).top1();
    }
  }

  private FeatureTable features(ImageFolder folder) {
    ImageFolder some = folder.evenly(MOST_IMAGES);
    return FeatureTable.of(images.unmasked(some), some.size(), this::pooled);
  }

  private INDArray pooled(ImageBatch batch) {
    INDArray[] copy = new INDArray[1];
    Map<String, INDArray> feeds = model.evaluationFeeds(batch);
    session.run(feeds, List.of(pooled), values -> copy[0] = values.get(pooled).dup('c'));
    Feeds.closeMade(feeds, batch);
    return copy[0];
  }
}
