package dev.mto.deeplearning4j;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mto.data.ImageBatch;
import dev.mto.data.ImageBatches;
import dev.mto.data.folder.ImageFolder;
import dev.mto.engine.config.ConfigLoader;
import dev.mto.engine.config.RunConfig;
import dev.mto.engine.encoder.FeatureKind;
import dev.mto.engine.encoder.Pooling;
import dev.mto.engine.graph.LabelledImages;
import dev.mto.engine.weights.TrainedModel;
import dev.mto.engine.weights.WeightsOf;
import dev.mto.evaluation.ClassifierFolder;
import dev.mto.evaluation.ClassifierTraining;
import dev.mto.evaluation.FineTuneConfig;
import dev.mto.evaluation.FrozenEvaluation;
import dev.mto.evaluation.LinearProbeConfig;
import dev.mto.evaluation.TrainedClassifier;
import dev.mto.evaluation.linear.LogisticRegression;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.util.ModelSerializer;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.learning.config.Sgd;

/** Classifiers of jobs as networks of Deeplearning4j. */
class PretrainedClassifierTest {
  private static final Path IMAGES = Path.of("../../data/fashion-mini");
  private static final PrintStream SILENT =
      new PrintStream(OutputStream.nullOutputStream(), false, StandardCharsets.UTF_8);

  @TempDir private static Path fineTuned;
  @TempDir private Path folder;

  @BeforeAll
  static void fineTune() {
    RunConfig config = config(SmallModel.SIMMIM);
    TrainedModel model = TrainedModel.ofFile(SmallModel.SIMMIM.weights(), config);
    FineTuneConfig recipe =
        FineTuneConfig.of(
            model,
            null,
            "epochs=1",
            "batch=250",
            "accumulate=1",
            "lr_scale_batch=none",
            "base_lr=3.0e-3",
            "head_std=0.05",
            "warmup_epochs=0",
            "drop_path=0.1");
    ClassifierTraining.fineTuning(model, config, recipe, false)
        .run(LabelledImages.open(config, null), fineTuned.resolve("job"), SILENT);
  }

  @Test
  void aFineTunedModelGivesTheProbabilitiesOfPredict() {
    assertAlike(fineTuned);
  }

  @Test
  void soDoesAProbeWhoseFeaturesAreNormalisedAndStandardised() {
    RunConfig config = config(SmallModel.MAE);
    TrainedModel model = TrainedModel.ofFile(SmallModel.MAE.weights(), config);
    LinearProbeConfig recipe =
        ConfigLoader.load(
            model.baseline().linearProbeRecipe(),
            null,
            List.of("epochs=1", "batch=500", "accumulate=1", "block=1", "feature_norm=true"),
            LinearProbeConfig.class);
    ClassifierTraining.linearProbe(model, config, recipe, false)
        .run(LabelledImages.open(config, null), folder.resolve("job"), SILENT);

    assertAlike(folder);
  }

  @Test
  void soDoesASolvedLogisticRegression() {
    RunConfig config = config(SmallModel.CONMIM);
    FrozenEvaluation evaluation =
        new FrozenEvaluation(
            TrainedModel.ofFile(SmallModel.CONMIM.weights(), config),
            config,
            LabelledImages.open(config, null),
            new FeatureKind(Pooling.CLASS, 0));
    ClassifierFolder kept = ClassifierFolder.forSolved(folder.resolve("job"));
    evaluation.ofModel(
        LogisticRegression.of(0.01)
            .giving(solved -> kept.keepSolved(evaluation, WeightsOf.STUDENT, solved)));

    assertAlike(folder);
  }

  private static void assertAlike(Path folder) {
    PretrainedClassifier classifier = PretrainedClassifier.ofJob(folder.resolve("job"), w -> {});
    ComputationGraph network = classifier.network(new Sgd(0.1));
    try (TrainedClassifier trained = TrainedClassifier.ofJob(folder.resolve("job"), w -> {});
        ImageBatch batch = someImages(classifier.config())) {
      assertThat(classifier.classes()).isEqualTo(trained.classes()).hasSize(10);
      INDArray given = network.outputSingle(batch.images());
      trained.classify(
          batch.images(),
          (logits, probabilities) -> {
            assertThat(given.sub(probabilities).amaxNumber().doubleValue()).isLessThan(1e-5);
            assertThat(probabilities.stdNumber().doubleValue()).isGreaterThan(1e-3);
          });
    }
  }

  private static ImageBatch someImages(RunConfig config) {
    try (ImageBatches batches =
        ImageBatches.from(ImageFolder.open(IMAGES.resolve("val")), config.centreCrop())
            .batchSize(8)
            .build()) {
      return batches.nextBatch();
    }
  }

  @Test
  void aFineTunedNetworkIsTrainedOnAndSaved() throws IOException {
    PretrainedClassifier classifier = PretrainedClassifier.ofJob(fineTuned.resolve("job"), w -> {});
    ComputationGraph network = classifier.network(new Sgd(0.05));
    Path file = folder.resolve("model.zip");
    try (ImageBatch batch = someImages(classifier.config())) {
      INDArray labels = Nd4j.zeros(batch.size(), classifier.classes().size());
      for (int i = 0; i < batch.size(); i++) {
        labels.putScalar(i, batch.labels()[i], 1);
      }
      DataSet images = new DataSet(batch.images(), labels);
      INDArray norm = network.getLayer("encoder").getParam("fc_norm.weight").dup();
      double before = network.score(images);
      network.fit(images);
      assertThat(network.score(images)).isLessThan(before);
      assertThat(network.getLayer("encoder").getParam("fc_norm.weight")).isNotEqualTo(norm);

      ModelSerializer.writeModel(network, file.toFile(), true);

      assertThat(
              ModelSerializer.restoreComputationGraph(file.toFile()).outputSingle(batch.images()))
          .isEqualTo(network.outputSingle(batch.images()));
    }
  }

  private static RunConfig config(SmallModel of) {
    return of.config()
        .withFolders(IMAGES.resolve("train").toString(), IMAGES.resolve("val").toString());
  }
}
