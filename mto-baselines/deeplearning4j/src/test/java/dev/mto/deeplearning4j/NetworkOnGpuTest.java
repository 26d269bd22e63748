package dev.mto.deeplearning4j;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mto.engine.testing.Closeness;
import dev.mto.executor.cuda.EmulatedCuda;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIf;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.learning.config.Sgd;

/** Networks whose encoder is on an emulated GPU, while Deeplearning4j has the parameters. */
@EnabledIf(
    value = "dev.mto.executor.cuda.EmulatedCuda#isPossible",
    disabledReason = EmulatedCuda.NEEDS)
class NetworkOnGpuTest {
  private static final int IMAGES = 3;
  private static final String CHANGED = "blocks.0.mlp.fc1.bias";

  private final INDArray images = SmallModel.MAE.images(IMAGES, DataType.FLOAT, 1);

  private static ComputationGraph network() {
    PretrainedEncoder encoder = SmallModel.MAE.encoder();
    ComputationGraph network =
        new ComputationGraph(
            new NeuralNetConfiguration.Builder()
                .seed(1)
                .updater(new Sgd(0.05))
                .graphBuilder()
                .addInputs("images")
                .setInputTypes(encoder.inputType())
                .addLayer("encoder", encoder.trainable(), "images")
                .addLayer(
                    "classes",
                    new OutputLayer.Builder().nOut(2).activation(Activation.SOFTMAX).build(),
                    "encoder")
                .setOutputs("classes")
                .build());
    network.init();
    return network;
  }

  private INDArray features(ComputationGraph network) {
    return network.feedForward(images, false).get("encoder");
  }

  private static INDArray change(ComputationGraph network) {
    return network.getLayer("encoder").getParam(CHANGED).addi(0.5);
  }

  @Test
  void parametersGoThereOnceAndAgainWhereAnyoneHasChangedThem() {
    ComputationGraph onProcessor = network();
    INDArray before = features(onProcessor);
    change(onProcessor);
    INDArray after = features(onProcessor);
    EmulatedCuda.during(
        gpu -> {
          ComputationGraph network = network();
          Closeness.assertClose("features", features(network), before, 1e-4, 0);

          long up = gpu.count("bytes to the device");
          Closeness.assertClose("again", features(network), before, 1e-4, 0);
          assertThat(gpu.count("bytes to the device") - up).isEqualTo(bytes(images));

          INDArray changed = change(network);
          up = gpu.count("bytes to the device");
          Closeness.assertClose("changed", features(network), after, 1e-4, 0);
          assertThat(gpu.count("bytes to the device") - up)
              .isEqualTo(bytes(images) + bytes(changed));
          return null;
        });
  }

  private static long bytes(INDArray array) {
    return array.length() * Float.BYTES;
  }

  @Test
  void itsUpdaterTrainsThemAsOnTheProcessor() {
    INDArray labels = Nd4j.createFromArray(new float[][] {{1, 0}, {0, 1}, {1, 0}});
    DataSet batch = new DataSet(images, labels);
    ComputationGraph onProcessor = network();
    INDArray first = onProcessor.params().dup();
    onProcessor.fit(batch);
    onProcessor.fit(batch);
    INDArray expected = onProcessor.params().sub(first);
    INDArray moved =
        EmulatedCuda.during(
            gpu -> {
              ComputationGraph network = network();
              network.fit(batch);
              network.fit(batch);
              return network.params().sub(first);
            });
    Closeness.assertClose("what two steps have moved", moved, expected, 1e-3, 0);
  }
}
