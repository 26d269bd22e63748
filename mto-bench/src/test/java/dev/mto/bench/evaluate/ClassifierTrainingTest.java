package dev.mto.bench.evaluate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mto.bench.ColouredImages;
import dev.mto.bench.OfficialCheckpoint;
import dev.mto.data.ImageBatch;
import dev.mto.data.folder.ImageFolder;
import dev.mto.engine.Baseline;
import dev.mto.engine.Baselines;
import dev.mto.engine.TrainingPosition;
import dev.mto.engine.config.ConfigLoader;
import dev.mto.engine.config.RunConfig;
import dev.mto.engine.encoder.FrozenEncoder;
import dev.mto.engine.errors.UserException;
import dev.mto.engine.folder.CheckpointStore;
import dev.mto.engine.graph.LabelledImages;
import dev.mto.evaluation.AttentiveProbe;
import dev.mto.evaluation.AttentiveProbeConfig;
import dev.mto.evaluation.ClassifierFolder;
import dev.mto.evaluation.ClassifierTraining;
import dev.mto.evaluation.FineTuneConfig;
import dev.mto.evaluation.FineTuner;
import dev.mto.evaluation.Learner;
import dev.mto.evaluation.TrainingViews;
import dev.mto.models.weights.WeightFile;
import dev.mto.oracle.Bits;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.nd4j.linalg.api.ndarray.INDArray;

class ClassifierTrainingTest {
  private static final PrintStream SILENT =
      new PrintStream(OutputStream.nullOutputStream(), false, StandardCharsets.UTF_8);

  @TempDir private Path folder;

  /** A learner that fails before one of its steps, as when the process is killed. */
  private record Failing(Learner learner, long at) implements Learner {
    @Override
    public Map<String, Object> step(
        List<ImageBatch> microBatches, TrainingPosition position, double learningRate) {
      if (position.step() == at) {
        microBatches.forEach(ImageBatch::close);
        throw new IllegalStateException("killed");
      }
      return learner.step(microBatches, position, learningRate);
    }

    @Override
    public void logits(INDArray images, Consumer<INDArray> use) {
      learner.logits(images, use);
    }

    @Override
    public Map<String, INDArray> state() {
      return learner.state();
    }

    @Override
    public void resumeAt(long steps) {
      learner.resumeAt(steps);
    }

    @Override
    public void close() {
      learner.close();
    }
  }

  /** Trains into a folder of that name, to the end or until it fails. */
  @FunctionalInterface
  private interface Job {
    void train(String name, long failAt, boolean resume) throws IOException;
  }

  @Test
  void aKilledJobThatIsResumedGivesTheSameBitsAsAnUndisturbedOne() throws IOException {
    assertResumedToTheBit(this::train);
  }

  @Test
  void soDoesAnAttentiveProbeThatKeepsTokens() throws IOException {
    assertResumedToTheBit((name, at, resume) -> attend(name, at, resume, true, true));
    assertResumedToTheBit(
        (name, at, resume) -> attend(name + "-crops", at, resume, false, false), "-crops");
  }

  @Test
  void keptTokensAreThoseThatAreComputedAnew() throws IOException {
    attend("kept", -1, false, true, true);
    attend("anew", -1, false, false, true);
    Map<String, INDArray> anew = tensors("anew", "last");
    tensors("kept", "last")
        .forEach(
            (name, array) ->
                assertThat(array.equalsWithEps(anew.get(name), 1e-6)).as(name).isTrue());
  }

  @Test
  void validationImagesNoneOfWhichCanBeReadGiveNoAccuracy() throws IOException {
    ImageFolder validation = ImageFolder.open(Path.of(config().data().val()));
    for (int i = 0; i < validation.size(); i++) {
      Files.writeString(validation.path(i), "no image");
    }

    assertThatThrownBy(() -> train("unread", -1, false))
        .isInstanceOf(UserException.class)
        .hasMessage("none of the 6 validation images can be read");
  }

  private void assertResumedToTheBit(Job job) throws IOException {
    assertResumedToTheBit(job, "");
  }

  private void assertResumedToTheBit(Job job, String ending) throws IOException {
    job.train("whole", -1, false);
    assertThatThrownBy(() -> job.train("killed", 7, false)).hasMessage("killed");
    job.train("killed", -1, true);

    for (String file : List.of("last", "best")) {
      Map<String, INDArray> whole = tensors("whole" + ending, file);
      Map<String, INDArray> resumed = tensors("killed" + ending, file);
      assertThat(resumed.keySet()).isEqualTo(whole.keySet());
      whole.forEach(
          (name, array) ->
              assertThat(Bits.of(resumed.get(name)))
                  .as(file + " " + name)
                  .isEqualTo(Bits.of(array)));
    }
    assertThat(folder.resolve("killed" + ending + "/metrics.jsonl"))
        .hasSameTextualContentAs(folder.resolve("whole" + ending + "/metrics.jsonl"));
  }

  private Map<String, INDArray> tensors(String name, String file) {
    return CheckpointStore.read(folder.resolve(name + "/checkpoints/" + file + ".safetensors"))
        .tensors();
  }

  private RunConfig config() throws IOException {
    Path train = folder.resolve("train");
    Path validation = folder.resolve("val");
    if (Files.notExists(validation)) {
      ColouredImages.write(train, 8, 1);
      ColouredImages.write(validation, 2, 2);
    }
    return ConfigLoader.load(
            OfficialCheckpoint.MAE.config(folder),
            List.of("data.max_bad_share=1"),
            name -> Baselines.named(name).recipe())
        .withFolders(train.toString(), validation.toString());
  }

  private static AttentiveProbeConfig attentive(Baseline baseline, boolean cached) {
    return ConfigLoader.load(
        baseline.attentiveProbeRecipe(),
        null,
        List.of("epochs=3", "batch=4", "accumulate=2", "cached=" + cached),
        AttentiveProbeConfig.class);
  }

  private void attend(String name, long failAt, boolean resume, boolean cached, boolean centred)
      throws IOException {
    RunConfig config = config();
    Baseline baseline = Baselines.named(config.baseline());
    AttentiveProbeConfig recipe = attentive(baseline, cached);
    Map<String, INDArray> weights = WeightFile.read(OfficialCheckpoint.MAE.file());
    ClassifierTraining training =
        new ClassifierTraining(
            "attentive",
            "the model",
            false,
            "attention",
            config,
            recipe,
            TrainingViews.of(config, attentive(baseline, centred)),
            (classes, count, schedule) ->
                new Failing(
                    new AttentiveProbe(
                        FrozenEncoder.of(baseline, config, weights),
                        config.vit(),
                        recipe,
                        count,
                        classes),
                    failAt),
            () -> "the weights");
    run(training, name, recipe, resume);
  }

  private void run(ClassifierTraining training, String name, Object recipe, boolean resume) {
    ClassifierFolder result = ClassifierFolder.prepare(folder.resolve(name), recipe, resume);
    LabelledImages images = LabelledImages.open(training.config(), null);
    assertThat(training.run(images, result, resume, SILENT)).isPresent();
  }

  private void train(String name, long failAt, boolean resume) throws IOException {
    RunConfig config = config();
    Baseline baseline = Baselines.named(config.baseline());
    FineTuneConfig recipe =
        ConfigLoader.load(
            baseline.fineTuneRecipe(),
            null,
            List.of(
                "epochs=3",
                "batch=4",
                "accumulate=2",
                "weight_average=0.9",
                "drop_path=0.3",
                "rand_augment.operations=2",
                "erasing=0.5"),
            FineTuneConfig.class);
    Map<String, INDArray> weights = WeightFile.read(OfficialCheckpoint.MAE.file());
    ClassifierTraining training =
        new ClassifierTraining(
            "finetune",
            "the model",
            false,
            "mean of patch tokens",
            config,
            recipe,
            TrainingViews.of(config, recipe),
            (classes, count, schedule) ->
                new Failing(
                    new FineTuner(baseline, config, recipe, weights, classes, schedule), failAt),
            () -> "the weights");
    run(training, name, recipe, resume);
  }
}
