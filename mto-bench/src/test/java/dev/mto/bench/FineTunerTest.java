package dev.mto.bench;

import static dev.mto.bench.OfficialCheckpoint.images;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.mto.data.ImageBatches;
import dev.mto.engine.Baseline;
import dev.mto.engine.Baselines;
import dev.mto.engine.TrainingPosition;
import dev.mto.engine.config.ConfigLoader;
import dev.mto.engine.config.RunConfig;
import dev.mto.engine.config.TrainingConfig.Schedule;
import dev.mto.engine.encoder.EncoderModel;
import dev.mto.engine.encoder.FeatureKind;
import dev.mto.engine.encoder.FrozenEncoder;
import dev.mto.engine.encoder.Pooling;
import dev.mto.engine.graph.LabelledImages;
import dev.mto.engine.optimizer.LearningRate;
import dev.mto.evaluation.FineTuneConfig;
import dev.mto.evaluation.FineTuner;
import dev.mto.evaluation.TrainingViews;
import dev.mto.executor.GraphSession;
import dev.mto.executor.kernels.KernelSets;
import dev.mto.models.Parameters;
import dev.mto.models.weights.WeightFile;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.autodiff.samediff.SameDiff;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** What fine-tuning starts from is what pre-training left. */
class FineTunerTest {
  private static final int CLASSES = 5;

  @TempDir private Path folder;

  @ParameterizedTest
  @EnumSource(names = {"SIMMIM", "MAE", "BOOTMAE", "CONMIM"})
  void logitsAreTheHeadOfTheNormalisedMeanOfTheFrozenLastBlock(OfficialCheckpoint official) {
    RunConfig config = official.runConfig(folder);
    Baseline baseline = Baselines.named(config.baseline());
    FineTuneConfig recipe = recipe(baseline, "head_std=1.0");
    Map<String, INDArray> weights = WeightFile.read(official.file());
    INDArray images = images(config, 2);
    try (FineTuner tuner =
            new FineTuner(baseline, config, recipe, weights, CLASSES, recipe.learningRate(10));
        FrozenEncoder encoder = FrozenEncoder.of(baseline, config, weights)) {
      double[][] features =
          encoder.features(images, new FeatureKind(Pooling.MEAN, encoder.depth())).toDoubleMatrix();
      double[][] head = tuner.state().get("head.weight").toDoubleMatrix();

      tuner.logits(
          images,
          logits -> {
            for (int i = 0; i < features.length; i++) {
              double[] normalised = normalised(features[i]);
              for (int k = 0; k < CLASSES; k++) {
                double expected = 0;
                for (int d = 0; d < normalised.length; d++) {
                  expected += head[k][d] * normalised[d];
                }
                assertThat(logits.getDouble(i, k)).isCloseTo(expected, within(2e-4));
              }
            }
          });
    }
  }

  @ParameterizedTest
  @EnumSource(names = {"SIMMIM", "MAE", "BOOTMAE", "CONMIM"})
  void everyEncoderIsTrainedByAPlanWhicheverTokensArePooled(OfficialCheckpoint official) {
    assumeTrue(KernelSets.fast().isPresent(), "no fast kernels here");
    RunConfig config = official.runConfig(folder);
    for (Pooling pooling : Pooling.values()) {
      SameDiff graph = SameDiff.create();
      Parameters parameters =
          new Parameters(graph, DataType.FLOAT, name -> new SplittableRandom(1));
      EncoderModel encoder =
          EncoderModel.fineTuned(Baselines.named(config.baseline()), config, parameters, true);
      SDVariable features = encoder.features(new FeatureKind(pooling, config.vit().depth()));
      SDVariable loss = features.mul(features).sum().rename("loss");
      INDArray kept = Nd4j.ones(DataType.FLOAT, 2L * config.vit().depth(), 2);

      try (GraphSession session = GraphSession.withGradients(graph, loss, parameters.names())) {
        session.run(
            Map.of(EncoderModel.IMAGES, images(config, 2), EncoderModel.DROP_PATH, kept),
            List.of("loss"),
            values -> {});
        assertThat(session.productFlops()).as("arithmetic of the plan").isPositive();
      }
    }
  }

  @ParameterizedTest
  @CsvSource({
    "simmim, COSINE_TIMM",
    "mae, COSINE",
    "bootmae, COSINE_LINSPACE",
    "conmim, COSINE_LINSPACE"
  })
  void everyMethodIsFineTunedByItsOfficialSchedule(String name, Schedule schedule) {
    assertThat(recipe(Baselines.named(name)).schedule()).isEqualTo(schedule);
  }

  @Test
  void timmsFirstRateIsThatOfAllLayersAndMaesIsDecayed() throws IOException {
    assertThat(movedByAStep("schedule=cosine")).isCloseTo(1e-3 * Math.pow(0.5, 3), within(1e-5));
    assertThat(movedByAStep("schedule=cosine_timm")).isCloseTo(1e-3, within(1e-5));
  }

  /** How far the first step moves the class token's first value, which Adam moves by its rate. */
  private double movedByAStep(String schedule) throws IOException {
    RunConfig config =
        OfficialCheckpoint.MAE
            .runConfig(folder)
            .withFolders(
                ColouredImages.write(folder.resolve(schedule + "/train"), 8, 1).toString(),
                ColouredImages.write(folder.resolve(schedule + "/val"), 2, 2).toString());
    Baseline baseline = Baselines.named(config.baseline());
    FineTuneConfig recipe =
        recipe(
            baseline,
            schedule,
            "head_std=1.0",
            "warmup_lr=1.0e-3",
            "lr_scale_batch=none",
            "layer_decay=0.5",
            "weight_decay=0",
            "drop_path=0",
            "batch=4");
    LearningRate rate = recipe.learningRate(10);
    try (FineTuner tuner =
            new FineTuner(
                baseline, config, recipe, WeightFile.read(OfficialCheckpoint.MAE.file()), 3, rate);
        ImageBatches batches =
            LabelledImages.open(config, null)
                .training(TrainingViews.of(config, recipe), 0, 0, recipe.batch(), 1)) {
      double before = tuner.state().get("cls_token").getDouble(0);
      tuner.step(List.of(batches.nextBatch()), new TrainingPosition(0, 10, 1), rate.at(0));
      return Math.abs(tuner.state().get("cls_token").getDouble(0) - before);
    }
  }

  private static FineTuneConfig recipe(Baseline baseline, String... settings) {
    return ConfigLoader.load(
        baseline.fineTuneRecipe(), null, List.of(settings), FineTuneConfig.class);
  }

  private static double[] normalised(double[] feature) {
    double mean = 0;
    for (double value : feature) {
      mean += value / feature.length;
    }
    double variance = 0;
    for (double value : feature) {
      variance += (value - mean) * (value - mean) / feature.length;
    }
    double[] result = new double[feature.length];
    for (int d = 0; d < result.length; d++) {
      result[d] = (feature[d] - mean) / Math.sqrt(variance + 1e-6);
    }
    return result;
  }
}
