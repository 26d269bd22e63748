package dev.mto.evaluation.predict;

import dev.mto.data.ImageBatch;
import dev.mto.data.ImageBatches;
import dev.mto.data.StoppedException;
import dev.mto.data.folder.BadImages;
import dev.mto.engine.encoder.Scores;
import dev.mto.engine.errors.UserException;
import dev.mto.engine.folder.AtomicFiles;
import dev.mto.engine.folder.ImageProgress;
import dev.mto.engine.folder.StopSignal;
import dev.mto.engine.graph.CentreCrops;
import dev.mto.evaluation.TrainedClassifier;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * Predicts the classes of images, of which one batch is held at a time, as they were measured in
 * training: centre crops, nothing augmented.
 *
 * @param classifier stays open
 * @param batch images at a time
 * @param workers threads that read and decode
 * @param top how many classes of an image are kept, the most likely ones
 */
public record Predictor(TrainedClassifier classifier, int batch, int workers, int top) {
  /** Checks ranges. */
  public Predictor {
    require("--batch", batch);
    require("--workers", workers);
    require("--top", top);
    top = Math.min(top, classifier.classes().size());
  }

  private static void require(String what, int value) {
    if (value < 1) {
      throw new UserException(what + " " + value + ": must be at least 1");
    }
  }

  /**
   * Predicts images into a file, which is written whole or not at all.
   *
   * @param out {@code .json}, or anything else for CSV
   * @param console receives progress
   * @param unreadable receives a line for each image that cannot be read and is left out
   * @return nothing when it was stopped by Ctrl-C; no file is written then
   * @throws UserException when none of the images can be read
   */
  @SuppressWarnings("try") // a scope is only opened and closed
  public Optional<PredictionSummary> run(
      PredictedImages images, Path out, PrintStream console, Consumer<String> unreadable) {
    int all = images.folder().size() + images.folder().bad().size();
    BadImages bad = BadImages.telling(unreadable, all, 1);
    images.folder().leftOutLine().ifPresent(console::println);
    bad.addMembersOf(images.folder());
    Run run = new Run(images, bad);
    try (StopSignal stop = new StopSignal("nothing is written");
        ImageBatches batches = batches(images, bad);
        ImageProgress progress = new ImageProgress(console, images.folder().size(), 0)) {
      AtomicFiles.write(
          out,
          temporary -> {
            try (PredictionWriter writer =
                PredictionWriter.of(out, temporary, top, images.labelled())) {
              run.writeAll(batches, writer, progress);
            }
          });
      return Optional.of(run.summary());
    } catch (StoppedException e) {
      return Optional.empty();
    }
  }

  private ImageBatches batches(PredictedImages images, BadImages bad) {
    int size = Math.min(batch, images.folder().size());
    return CentreCrops.of(images.folder(), classifier.config(), size, bad).workers(workers).build();
  }

  /** One pass over the images. */
  private final class Run {
    private final PredictedImages images;
    private final BadImages bad;
    private final Scores.Counter counter = new Scores.Counter(classifier.classes());
    private long done;

    Run(PredictedImages images, BadImages bad) {
      this.images = images;
      this.bad = bad;
    }

    void writeAll(ImageBatches batches, PredictionWriter writer, ImageProgress progress)
        throws IOException {
      while (batches.hasNext()) {
        try (ImageBatch batch = batches.nextBatch()) {
          float[][] probabilities = classified(batch);
          for (int i = 0; i < batch.size(); i++) {
            int index = batch.indices()[i];
            writer.write(
                Prediction.of(
                    images.path(index),
                    classifier.classes(),
                    probabilities[i],
                    top,
                    images.label(index)));
          }
          done += batch.size();
          progress.done((int) (done + bad.count() - images.folder().bad().size()));
        }
      }
      if (done == 0) {
        throw new UserException(
            "none of the " + images.folder().size() + " images can be read; give others");
      }
    }

    private float[][] classified(ImageBatch batch) {
      float[][][] rows = new float[1][][];
      classifier.classify(
          batch.images(),
          (logits, probabilities) -> {
            if (images.labelled()) {
              counter.add(batch.labels(), logits);
            }
            rows[0] = probabilities.toFloatMatrix();
          });
      return rows[0];
    }

    PredictionSummary summary() {
      return new PredictionSummary(
          done, bad.count(), images.labelled() && counter.images() > 0 ? counter.scores() : null);
    }
  }
}
