package dev.mto.evaluation.embed;

import dev.mto.data.StoppedException;
import dev.mto.data.folder.BadImages;
import dev.mto.data.folder.ImageFolder;
import dev.mto.engine.config.RunConfig;
import dev.mto.engine.encoder.FeatureKind;
import dev.mto.engine.encoder.FrozenEncoder;
import dev.mto.engine.encoder.ImageFeatures;
import dev.mto.engine.errors.FileException;
import dev.mto.engine.errors.UserException;
import dev.mto.engine.folder.ImageProgress;
import dev.mto.engine.folder.StopSignal;
import dev.mto.engine.graph.CentreCrops;
import dev.mto.engine.weights.TrainedModel;
import dev.mto.engine.weights.WeightsOf;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.function.IntPredicate;

/**
 * Computes one vector for each image of a folder or list and writes them to a target. Memory holds
 * a few batches and the images' names. Rows that are computed are saved every few seconds; after a
 * stop or a kill the job goes on from there and ends with the same file.
 *
 * @param model whose encoder is used
 * @param source the folder of images, at any depth, or a text file that names them
 * @param images those of the source
 * @param feature which features
 * @param batch images in a batch
 */
public record EmbeddingJob(
    TrainedModel model, Path source, ImageFolder images, FeatureKind feature, int batch) {
  private static final Duration BETWEEN_SAVES = Duration.ofSeconds(5);

  /**
   * What a job has written.
   *
   * @param vectors how many
   * @param dim values of each
   * @param unreadable images without a vector
   */
  public record Result(int vectors, int dim, int unreadable) {}

  /** Checks the batch. */
  public EmbeddingJob {
    if (batch < 1) {
      throw new UserException("--batch " + batch + ": must be at least 1");
    }
  }

  /** All images of a source, in batches as k-NN on the model's run takes them. */
  public static EmbeddingJob of(TrainedModel model, Path source, FeatureKind feature) {
    return new EmbeddingJob(
        model, source, EmbeddedImages.open(source), feature, model.config().training().batch());
  }

  /** The same in other batches. */
  public EmbeddingJob withBatch(int images) {
    return new EmbeddingJob(model, source, this.images, feature, images);
  }

  /**
   * Computes and writes.
   *
   * @param resume goes on with what an earlier process left; without, all is computed anew
   * @param workers threads that read and decode images
   * @param console gets progress
   * @return empty after a stop, when the job can be resumed
   * @throws UserException when no image can be read, or what was left is of another job
   */
  @SuppressWarnings("try") // signals are only listened to
  public Optional<Result> run(
      EmbeddingTarget target, boolean resume, int workers, PrintStream console) {
    try (StopSignal stop = new StopSignal()) {
      return run(target, resume, workers, console, done -> StopSignal.requested());
    }
  }

  /**
   * As {@link #run(EmbeddingTarget, boolean, int, PrintStream)}.
   *
   * @param stop asked after each batch, with the number of images that are done
   */
  Optional<Result> run(
      EmbeddingTarget target, boolean resume, int workers, PrintStream console, IntPredicate stop) {
    if (!resume) {
      EmbeddingParts.delete(target.parts());
      delete(target.badImages());
    }
    BadImages bad = BadImages.open(target.badImages(), images.size() + images.bad().size(), 1);
    bad.addMembersOf(images);
    Result result;
    try (FrozenEncoder encoder =
            FrozenEncoder.of(model.baseline(), model.config(), model.tensors(WeightsOf.STUDENT));
        EmbeddingParts parts = EmbeddingParts.open(target.parts(), plan(encoder))) {
      if (!compute(encoder, parts, bad, workers, console, stop)) {
        return Optional.empty();
      }
      if (parts.rows() == 0) {
        throw new UserException(
            "none of the %d images can be read; %s says why of each"
                .formatted(images.size(), bad.list()));
      }
      target.write(new EmbeddingTable(plan(encoder), images, parts.rowsFile(), parts.rows()));
      result = new Result(parts.rows(), encoder.dim(), bad.count());
    }
    EmbeddingParts.delete(target.parts());
    return Optional.of(result);
  }

  private EmbeddingPlan plan(FrozenEncoder encoder) {
    return new EmbeddingPlan(
        EmbeddedBy.of(model, encoder, feature), EmbeddedImages.of(source, images), batch);
  }

  /** Fills the parts; false after a stop. */
  private boolean compute(
      FrozenEncoder encoder,
      EmbeddingParts parts,
      BadImages bad,
      int workers,
      PrintStream console,
      IntPredicate stop) {
    RunConfig config = model.config();
    long saved = System.nanoTime();
    try (ImageProgress progress = new ImageProgress(console, images.size(), done(parts.batches()));
        ImageFeatures features =
            new ImageFeatures(
                encoder,
                feature,
                CentreCrops.of(images, config, batch, bad)
                    .workers(workers)
                    .startBatch(parts.batches())
                    .build())) {
      while (features.hasNext()) {
        parts.append(features.next());
        progress.done(done(parts.batches()));
        if (System.nanoTime() - saved > BETWEEN_SAVES.toNanos()) {
          parts.save();
          saved = System.nanoTime();
        }
        if (stop.test(done(parts.batches()))) {
          throw new StoppedException();
        }
      }
      parts.save();
      return true;
    } catch (StoppedException e) {
      parts.save();
      console.printf(
          "stopped after %,d of %,d images; saved. To go on: --resume%n",
          done(parts.batches()), images.size());
      return false;
    }
  }

  /** Images of whole batches. */
  private int done(int batches) {
    return (int) Math.min(images.size(), (long) batches * batch);
  }

  private static void delete(Path file) {
    try {
      Files.deleteIfExists(file);
    } catch (IOException e) {
      throw FileException.writing(file, e);
    }
  }
}
