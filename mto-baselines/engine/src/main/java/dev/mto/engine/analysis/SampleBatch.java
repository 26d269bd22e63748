package dev.mto.engine.analysis;

import dev.mto.data.ImageBatch;
import dev.mto.data.ImageBatches;
import dev.mto.data.folder.ImageFolder;
import dev.mto.engine.Model;
import dev.mto.engine.errors.UserException;
import dev.mto.engine.graph.Feeds;
import dev.mto.engine.graph.Images;
import dev.mto.executor.GraphSession;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * The images that pictures are made of: the first batch of the validation set (or of the training
 * set where there is none), whose order and masks are the same every time.
 */
public final class SampleBatch {
  /** What is done with the batch and the values of it. */
  interface Use {
    void of(ImageBatch batch, Map<String, INDArray> values) throws IOException;
  }

  private final Model model;
  private final Images images;
  private final GraphSession session;

  public SampleBatch(Model model, Images images, GraphSession session) {
    this.model = model;
    this.images = images;
    this.session = session;
  }

  /** Computes {@code wanted} of the first batch. */
  void with(List<SDVariable> wanted, Use use) {
    forEach(wanted, 1, use);
  }

  /**
   * Computes {@code wanted} batch by batch; the values are valid inside {@code use} only.
   *
   * @param atLeast images after which it ends, with their batch; or with the last image
   */
  void forEach(List<SDVariable> wanted, int atLeast, Use use) {
    List<String> names = wanted.stream().map(SDVariable::name).distinct().toList();
    try (ImageBatches batches = images.fixed(shown())) {
      if (!batches.hasNext()) {
        throw new UserException(shown().root() + ": none of its images can be read");
      }
      for (int seen = 0; seen < atLeast && batches.hasNext(); ) {
        ImageBatch batch = batches.nextBatch();
        seen += batch.size();
        Map<String, INDArray> feeds = model.evaluationFeeds(batch);
        session.run(
            feeds,
            names,
            values -> {
              try {
                use.of(batch, values);
              } catch (IOException e) {
                throw new UncheckedIOException("a picture could not be made", e);
              }
            });
        Feeds.close(feeds, batch);
      }
    }
  }

  /** The class of an image, or its file's name. */
  String label(int image) {
    ImageFolder folder = shown();
    return folder.labelled() ? folder.classes().get(folder.label(image)) : file(image);
  }

  /** The name of an image's file. */
  String file(int image) {
    Path path = shown().path(image);
    return path.getFileName().toString();
  }

  private ImageFolder shown() {
    return images.validation() == null ? images.train() : images.validation();
  }
}
