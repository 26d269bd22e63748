package dev.mto.evaluation;

import dev.mto.data.ImageBatch;
import dev.mto.data.ImageBatches;
import dev.mto.data.image.Preprocessing;
import dev.mto.engine.config.RunConfig;
import dev.mto.engine.encoder.FeatureKind;
import dev.mto.engine.encoder.FrozenEncoder;
import dev.mto.engine.encoder.Pooling;
import dev.mto.engine.encoder.Scores;
import dev.mto.engine.errors.UserException;
import dev.mto.engine.folder.CheckpointStore;
import dev.mto.engine.folder.Checksum;
import dev.mto.engine.folder.FolderLock;
import dev.mto.engine.folder.Provenance;
import dev.mto.engine.folder.RunLog;
import dev.mto.engine.folder.StopSignal;
import dev.mto.engine.graph.LabelledImages;
import dev.mto.engine.listeners.ConsoleListener;
import dev.mto.engine.listeners.StepMetrics;
import dev.mto.engine.run.SavingListener;
import dev.mto.engine.run.Schedule;
import dev.mto.engine.run.TrainingLoop;
import dev.mto.engine.weights.TrainedModel;
import dev.mto.engine.weights.WeightsOf;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.IntPredicate;
import java.util.function.Supplier;

/**
 * Trains a classifier on a pre-trained encoder into a folder and writes its result.
 *
 * @param task {@code finetune}, {@code linear} or {@code attentive}
 * @param model what is evaluated, in words
 * @param untrained whether the encoder has its first values
 * @param feature which features the classifier sees, in words
 * @param config of the model
 * @param recipe what both kinds of classifier have in common
 * @param augmentation of training images
 * @param learner makes the classifier
 * @param weights names the weights that the encoder starts from
 */
public record ClassifierTraining(
    String task,
    String model,
    boolean untrained,
    String feature,
    RunConfig config,
    ClassifierRecipe recipe,
    Preprocessing augmentation,
    Learner.Factory learner,
    Supplier<String> weights) {
  private static final double MINUTES_BETWEEN_SAVES = 5;

  /** Trains the whole encoder and a linear head on it, with the weights of {@code model}. */
  public static ClassifierTraining fineTuning(TrainedModel model, FineTuneConfig recipe) {
    return fineTuning(model, model.config(), recipe, false);
  }

  /**
   * Trains the whole encoder and a linear head on it.
   *
   * @param config of the model, with the images to train on
   * @param untrained the twin to compare with: the encoder keeps its first values
   */
  public static ClassifierTraining fineTuning(
      TrainedModel model, RunConfig config, FineTuneConfig recipe, boolean untrained) {
    return new ClassifierTraining(
        "finetune",
        model.name(),
        untrained,
        recipe.pooling() == Pooling.MEAN ? "mean of patch tokens" : "class token",
        config,
        recipe,
        TrainingViews.of(config, recipe),
        (classes, count, schedule) ->
            new FineTuner(
                model.baseline(),
                config,
                recipe,
                untrained ? Map.of() : model.tensors(recipe.weights()),
                classes,
                schedule),
        weights(model, recipe.weights(), untrained));
  }

  /** Trains a linear classifier on the frozen encoder; parameters as {@link #fineTuning}. */
  public static ClassifierTraining linearProbe(
      TrainedModel model, RunConfig config, LinearProbeConfig recipe, boolean untrained) {
    return new ClassifierTraining(
        "linear",
        model.name(),
        untrained,
        new FeatureKind(recipe.pooling(), recipe.block()).describe(),
        config,
        recipe,
        TrainingViews.of(config, recipe),
        (classes, count, schedule) ->
            new LinearProbe(
                encoder(model, config, recipe.weights(), recipe.seed(), untrained),
                recipe,
                classes),
        weights(model, recipe.weights(), untrained));
  }

  /** Trains an attentive probe on the frozen encoder; parameters as {@link #fineTuning}. */
  public static ClassifierTraining attentiveProbe(
      TrainedModel model, RunConfig config, AttentiveProbeConfig recipe, boolean untrained) {
    return new ClassifierTraining(
        ClassifierDescription.ATTENTIVE,
        model.name(),
        untrained,
        "attention over patch tokens" + FeatureKind.describe(recipe.block()),
        config,
        recipe,
        TrainingViews.of(config, recipe),
        (classes, count, schedule) ->
            new AttentiveProbe(
                encoder(model, config, recipe.weights(), recipe.seed(), untrained),
                config.vit(),
                recipe,
                count,
                classes),
        weights(model, recipe.weights(), untrained));
  }

  private static FrozenEncoder encoder(
      TrainedModel model, RunConfig config, WeightsOf of, long seed, boolean untrained) {
    return untrained
        ? FrozenEncoder.untrained(model.baseline(), config, seed)
        : FrozenEncoder.of(model.baseline(), config, model.tensors(of));
  }

  private static Supplier<String> weights(TrainedModel model, WeightsOf of, boolean untrained) {
    return untrained ? () -> "first values" : () -> Checksum.ofTensors(model.tensors(of));
  }

  /**
   * Trains into a new folder.
   *
   * @param console receives progress
   * @return nothing when it was stopped by Ctrl-C
   */
  public Optional<ClassifierResult> run(LabelledImages images, Path folder, PrintStream console) {
    return run(images, ClassifierFolder.prepare(folder, recipe, false), false, console);
  }

  /**
   * Trains, or goes on where it stopped.
   *
   * @param resume whether to go on from the folder's last checkpoint
   * @param console receives progress
   * @return nothing when it was stopped by Ctrl-C
   * @throws UserException when there are fewer images than one step takes
   */
  @SuppressWarnings("try")
  public Optional<ClassifierResult> run(
      LabelledImages images, ClassifierFolder folder, boolean resume, PrintStream console) {
    if (images.train().size() < recipe.imagesPerStep()) {
      throw new UserException(
          "the training images are %d, fewer than one step takes (batch x accumulate = %d); lower them%s"
              .formatted(images.train().size(), recipe.imagesPerStep(), recipe.instead()));
    }
    try (StopSignal stop = new StopSignal(); // until all is closed, so that a failure is told
        FolderLock lock = folder.lock();
        RunLog log = new RunLog(console, folder.log());
        Learner classifier =
            learner.of(
                images.classes().size(), images.train().size(), schedule(images).learningRate())) {
      folder.requireSame(
          Map.of(
              "weights", weights.get(),
              "training images", images.train().identity(),
              "validation images", images.validation().identity()));
      folder.requireSameModel(config);
      folder.keep(
          config,
          new ClassifierDescription(task, images.classes(), recipe.features(config.vit())),
          classifier.fixed());
      log.line(
          "%s of %s%s (%s) on %s: %d training and %d validation images, %d classes; folder %s"
              .formatted(
                  task,
                  model,
                  untrained ? ", untrained" : "",
                  feature,
                  Provenance.machine().get("device"),
                  images.train().size(),
                  images.validation().size(),
                  images.classes().size(),
                  folder.root()));
      images.leftOut().forEach(log::line);
      return train(classifier, images, folder, resume, log);
    }
  }

  private Optional<ClassifierResult> train(
      Learner classifier,
      LabelledImages images,
      ClassifierFolder folder,
      boolean resume,
      RunLog log) {
    CheckpointStore store = new CheckpointStore(folder.root().resolve("checkpoints"), 1);
    Schedule schedule = schedule(images);
    IntPredicate measured =
        done ->
            done == recipe.epochs()
                || (recipe.valEveryEpochs() > 0 && done % recipe.valEveryEpochs() == 0);
    TrainingLoop loop = new TrainingLoop(classifier, schedule, task, "", store, log);
    try (ClassifierListener epochs =
            new ClassifierListener(
                loop,
                store,
                folder.root().resolve("metrics.jsonl"),
                measured,
                () -> measure(classifier, images));
        ConsoleListener progress =
            new ConsoleListener(
                log,
                recipe.epochs(),
                schedule.steps(),
                ClassifierTraining::ofStep,
                ClassifierTraining::ofEpoch)) {
      loop.add(epochs);
      loop.add(progress);
      loop.add(new SavingListener(loop, store, MINUTES_BETWEEN_SAVES, done -> false, measured));
      if (resume) {
        boolean found = loop.resume();
        epochs.resumeAfter((int) (loop.told() / schedule.stepsPerEpoch()));
        log.line(found ? "resuming after step " + loop.done() : "starting again from step 0");
      }
      if (!loop.run()) {
        return Optional.empty();
      }
      ClassifierResult result =
          ClassifierResult.of(
              task,
              model,
              untrained,
              feature,
              recipe.seed(),
              measure(classifier, images),
              epochs.rows());
      folder.write(result, images.classes());
      if (images.unreadable() > 0) {
        log.line(
            "%d images could not be read and were left out: %s"
                .formatted(images.unreadable(), folder.badImages()));
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
      return Optional.of(result);
    }
  }

  private Schedule schedule(LabelledImages images) {
    long stepsPerEpoch = images.train().size() / recipe.imagesPerStep();
    return new Schedule(
        recipe.epochs(),
        stepsPerEpoch,
        recipe.accumulate(),
        recipe.learningRate(stepsPerEpoch),
        (epoch, step) ->
            images.training(
                augmentation,
                epoch,
                Math.toIntExact(step * recipe.accumulate()),
                recipe.batch(),
                recipe.seed()));
  }

  /** Measures the classifier as it is on the validation images. */
  private Scores measure(Learner classifier, LabelledImages images) {
    Scores.Counter counter = new Scores.Counter(images.classes());
    try (ImageBatches batches = images.centreCrops(images.validation(), recipe.batch())) {
      while (batches.hasNext()) {
        try (ImageBatch batch = batches.nextBatch()) {
          classifier.logits(batch.images(), logits -> counter.add(batch.labels(), logits));
        }
      }
    }
    if (counter.images() == 0) {
      throw new UserException(
          "none of the %d validation images can be read".formatted(images.validation().size()));
    }
    return counter.scores();
  }

  private static String ofStep(StepMetrics row) {
    return String.format(Locale.ROOT, "loss %.4f", row.number("loss"));
  }

  private static String ofEpoch(StepMetrics row) {
    return Double.isNaN(row.number("top1"))
        ? null
        : String.format(
            Locale.ROOT,
            "loss %.4f, top-1 %.2f %%, top-5 %.2f %%",
            row.number("epoch_loss"),
            100 * row.number("top1"),
            100 * row.number("top5"));
  }
}
