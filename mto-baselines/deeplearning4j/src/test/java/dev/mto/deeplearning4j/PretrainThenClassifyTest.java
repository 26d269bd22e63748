package dev.mto.deeplearning4j;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mto.data.ImageBatches;
import dev.mto.data.ImageEpochs;
import dev.mto.data.folder.ImageFolder;
import dev.mto.data.image.CenterCrop;
import dev.mto.engine.Baselines;
import dev.mto.engine.testing.TinyRun;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.deeplearning4j.earlystopping.EarlyStoppingConfiguration;
import org.deeplearning4j.earlystopping.EarlyStoppingResult;
import org.deeplearning4j.earlystopping.saver.InMemoryModelSaver;
import org.deeplearning4j.earlystopping.scorecalc.DataSetLossCalculator;
import org.deeplearning4j.earlystopping.termination.MaxEpochsTerminationCondition;
import org.deeplearning4j.earlystopping.trainer.EarlyStoppingGraphTrainer;
import org.deeplearning4j.nn.api.Model;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.optimize.api.BaseTrainingListener;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.learning.config.Adam;

/** The whole way of a user of Deeplearning4j: pre-train with MTO, load the encoder, classify. */
class PretrainThenClassifyTest {
  private static final Path IMAGES = Path.of("../../data/fashion-mini");
  private static final int CLASSES = 10;
  private static final int BATCH = 50;

  @TempDir private static Path root;
  private static Path run;

  private final PretrainedEncoder encoder = PretrainedEncoder.ofRun(run, System.err::println);

  @BeforeAll
  static void pretrain() {
    run =
        new TinyRun(
                Baselines.named("mae"),
                root,
                "model.dim=48",
                "model.heads=3",
                "options={decoder_dim: 32, decoder_depth: 1, decoder_heads: 2}",
                "data.workers=2",
                "mto.enabled=true",
                "training.epochs=3",
                "training.batch=50",
                "training.base_lr=1.0e-3",
                "training.warmup_epochs=1")
            .train("run", "data.train=" + IMAGES.resolve("train"), "data.val=null");
  }

  @Test
  void aHeadOnTheFrozenEncoderLearnsFromTheImagePipeline() {
    ComputationGraph network = network(encoder.frozen(), 0.02);
    List<Double> losses = new ArrayList<>();
    network.setListeners(
        new BaseTrainingListener() {
          @Override
          public void iterationDone(Model model, int iteration, int epoch) {
            losses.add(model.score());
          }
        });

    try (ImageBatches batches = images("train", 0)) {
      network.fit(batches, 10);
    }

    assertThat(losses).hasSize(10 * 1000 / BATCH);
    assertThat(losses.get(losses.size() - 1)).isLessThan(0.8 * losses.get(0));
    assertThat(accuracy(network)).isGreaterThan(0.4);
  }

  @Test
  void theEncoderIsTrainedOnUntilEarlyStopping() {
    ComputationGraph network = network(encoder.trainable(), 2e-3);
    try (ImageEpochs epochs = new ImageEpochs(epoch -> images("train", epoch));
        ImageBatches validation = images("val", 0)) {
      EarlyStoppingResult<ComputationGraph> result =
          new EarlyStoppingGraphTrainer(
                  new EarlyStoppingConfiguration.Builder<ComputationGraph>()
                      .epochTerminationConditions(new MaxEpochsTerminationCondition(5))
                      .scoreCalculator(new DataSetLossCalculator(validation, true))
                      .modelSaver(new InMemoryModelSaver<>())
                      .build(),
                  network,
                  epochs,
                  null)
              .fit();

      assertThat(result.getTotalEpochs()).isEqualTo(5);
      assertThat(epochs.epoch()).isGreaterThanOrEqualTo(4);
      assertThat(result.getScoreVsEpoch().get(result.getBestModelEpoch()))
          .isLessThan(result.getScoreVsEpoch().get(0));
      assertThat(accuracy(result.getBestModel())).isGreaterThan(0.5);
      assertThat(result.getBestModel().getLayer("encoder").params())
          .isNotEqualTo(network(encoder.frozen(), 0).getLayer("encoder").params());
    }
  }

  private ComputationGraph network(Layer layer, double learningRate) {
    ComputationGraph network =
        new ComputationGraph(
            new NeuralNetConfiguration.Builder()
                .seed(1)
                .updater(new Adam(learningRate))
                .graphBuilder()
                .addInputs("images")
                .setInputTypes(encoder.inputType())
                .addLayer("encoder", layer, "images")
                .addLayer(
                    "classes",
                    new OutputLayer.Builder().nOut(CLASSES).activation(Activation.SOFTMAX).build(),
                    "encoder")
                .setOutputs("classes")
                .build());
    network.init();
    return network;
  }

  private ImageBatches images(String part, int epoch) {
    CenterCrop crop = encoder.config().centreCrop();
    return ImageBatches.from(ImageFolder.open(IMAGES.resolve(part)), crop)
        .batchSize(BATCH)
        .epoch(epoch)
        .build();
  }

  private double accuracy(ComputationGraph network) {
    try (ImageBatches validation = images("val", 0)) {
      return network.evaluate(validation).accuracy();
    }
  }
}
