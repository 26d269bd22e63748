package dev.mto.engine.analysis;

import dev.mto.engine.Prediction;
import dev.mto.engine.config.RunConfig;
import dev.mto.engine.errors.FileException;
import dev.mto.engine.errors.UserException;
import dev.mto.engine.graph.Images;
import dev.mto.engine.graph.TrainingGraph;
import dev.mto.engine.weights.ModelWeights;
import dev.mto.engine.weights.TrainedModel;
import dev.mto.executor.GraphSession;
import dev.mto.executor.SessionOptions;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Pictures and figures of trained weights, made without training. */
public final class RunAnalysis implements AutoCloseable {
  /** Images of which H and affinities are means, but for what fills the last batch. */
  private static final int IMAGES = 1000;

  /** Runs of different seeds are looked at by the same images under the same masks. */
  private static final long SEED = 0;

  private final RunConfig config;
  private final TrainingGraph graph;
  private final String weights;
  private final GraphSession session;
  private final SampleBatch sample;
  private final SampleBatch same;
  private final Optional<String> leftOut;

  /**
   * Looks at a model.
   *
   * @param config its configuration, with the images to look at
   * @param badImages file in which unreadable images are listed
   * @throws UserException when the model's weights are not there, or not whole
   */
  public RunAnalysis(TrainedModel model, RunConfig config, Path badImages) {
    this.config = config;
    try {
      Images images = Images.lookedAt(config, model.baseline(), badImages);
      leftOut = images.validation().leftOutLine();
      ModelWeights loaded = model.whole();
      this.graph = loaded.graph();
      this.weights = loaded.description();
      this.session =
          GraphSession.forward(graph.graph(), SessionOptions.defaults().withState(graph.state()));
      this.sample = new SampleBatch(graph.model(), images, session);
      this.same =
          new SampleBatch(
              graph.model(),
              Images.lookedAt(config.withSeed(SEED), model.baseline(), badImages),
              session);
    } catch (IllegalArgumentException e) {
      throw new UserException(e.getMessage(), e);
    }
  }

  /** Which weights these are, for people. */
  public String weights() {
    return weights;
  }

  /** What of the folder of images is left out, in one line for people. */
  public Optional<String> leftOut() {
    return leftOut;
  }

  /** Writes a picture of each kind of prediction into {@code out}, and beside it a CSV. */
  public List<Path> reconstruct(Path out) {
    ReconstructionPicture picture = new ReconstructionPicture(sample, config);
    List<Path> written = new ArrayList<>();
    for (Prediction prediction : graph.model().outputs().predictions()) {
      String suffix = prediction.name().isEmpty() ? "" : "-" + prediction.name();
      Path png = folder(out).resolve("reconstruction" + suffix + ".png");
      picture.write(prediction, png);
      written.add(png);
    }
    return written;
  }

  /**
   * Writes {@code heterogeneity.png} and {@code .csv} into {@code out} and returns the figures,
   * means over 1,000 images or somewhat more, or all where there are fewer, in an order and under
   * masks that do not depend on the run's seed.
   */
  public HeterogeneityByLayer heterogeneity(Path out) {
    return new HeterogeneityPicture(graph, same, IMAGES)
        .write(folder(out).resolve("heterogeneity.png"), weights);
  }

  /**
   * Writes affinity maps of every layer into {@code out}, means over the images of {@link
   * #heterogeneity}, one picture and CSV a token group.
   */
  public List<Path> affinity(Path out, boolean softmax) {
    return new AffinityPicture(graph, same, IMAGES).write(folder(out), softmax, "");
  }

  private static Path folder(Path out) {
    try {
      return Files.createDirectories(out);
    } catch (IOException e) {
      throw FileException.writing(out, e);
    }
  }

  @Override
  public void close() {
    session.close();
  }
}
