package dev.mto.evaluation;

import dev.mto.bench.evaluate.JobOptions;
import dev.mto.engine.errors.UserException;
import dev.mto.engine.folder.AtomicFiles;
import dev.mto.engine.folder.RunLog;
import dev.mto.engine.graph.LabelledImages;
import java.io.IOException;
import java.io.PrintStream;
import java.util.Locale;
import java.util.function.IntFunction;
import java.util.function.LongFunction;

/**
 * Trains a classifier into a folder and writes its result.
 *
 * @param task {@code finetune} or {@code linear}
 * @param model what is evaluated, in words
 * @param feature which features the classifier sees, in words
 * @param seed of the classifier
 * @param imagesPerStep images of an optimizer step
 * @param schedule by steps of an epoch
 * @param learner by number of classes
 */
public record ClassifierTraining(
    String task,
    String model,
    String feature,
    long seed,
    int imagesPerStep,
    LongFunction<Schedule> schedule,
    IntFunction<Learner> learner) {

  /** Exit code: 0 done, 130 stopped by Ctrl-C. */
  public int run(LabelledImages images, ClassifierFolder folder, JobOptions options)
      throws IOException {
    if (images.train().size() < imagesPerStep) {
      throw new UserException(
          "the training images are "
              + images.train().size()
              + ", fewer than one step takes (batch x accumulate = "
              + imagesPerStep
              + "); lower them, as configs/evaluate/"
              + task
              + "-tiny.yaml does");
    }
    PrintStream console = System.out;
    try (RunLog log = new RunLog(console, folder.log());
        ClassifierJob job =
            new ClassifierJob(
                learner.apply(images.classes().size()),
                images,
                schedule.apply(images.train().size() / imagesPerStep),
                task,
                folder.root(),
                log)) {
      log.line(
          task
              + " of "
              + model
              + (options.untrained() ? ", untrained" : "")
              + " ("
              + feature
              + "): "
              + images.train().size()
              + " training and "
              + images.validation().size()
              + " validation images, "
              + images.classes().size()
              + " classes; folder "
              + folder.root());
      if (options.resume()) {
        job.resume();
      }
      if (!job.run()) {
        return 130;
      }
      ClassifierResult result =
          ClassifierResult.of(
              task, model, options.untrained(), feature, seed, job.measure(), job.rows());
      folder.write(result, images.classes());
      if (options.json() != null) {
        AtomicFiles.writeString(options.json(), ClassifierFolder.json(result));
      }
      log.line(
          String.format(
              Locale.ROOT,
              "done: top-1 %.2f %%, top-5 %.2f %% (best epoch %d: %.2f %%); %s",
              100 * result.top1(),
              100 * result.top5(),
              result.bestEpoch(),
              100 * result.bestTop1(),
              folder.root().resolve("result.json")));
      return 0;
    }
  }
}
