package dev.mto.deeplearning4j;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mto.engine.encoder.FeatureKind;
import dev.mto.engine.encoder.Pooling;
import dev.mto.engine.errors.UserException;
import dev.mto.oracle.Bits;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.util.ModelSerializer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.learning.config.Adam;
import org.nd4j.linalg.learning.config.IUpdater;
import org.nd4j.linalg.learning.config.Sgd;

/** Encoders in networks of Deeplearning4j. */
class PretrainedEncoderTest {
  private static final int IMAGES = 3;
  private static final int CLASSES = 4;

  @TempDir private Path folder;

  @ParameterizedTest
  @EnumSource
  void featuresAreThoseOfEvaluation(SmallModel model) {
    PretrainedEncoder encoder = model.encoder();
    INDArray images = model.images(IMAGES, DataType.FLOAT, 1);
    for (FeatureKind kind :
        List.of(
            FeatureKind.usual(),
            new FeatureKind(Pooling.CLASS, 0),
            new FeatureKind(Pooling.MEAN, 1))) {
      INDArray expected = model.features(images, kind);
      for (Layer layer : List.of(encoder.trainable(kind), encoder.frozen(kind))) {
        ComputationGraph network = network(encoder, layer, DataType.FLOAT, new Sgd(0.1));
        assertClose(features(network, images), expected, 1e-6);
        assertClose(features(network, images.dup('f')), expected, 1e-6);
      }
    }
  }

  @ParameterizedTest
  @EnumSource
  void gradientsAreThoseOfFiniteDifferencesInThreeStepsInARow(SmallModel model) {
    PretrainedEncoder encoder = model.encoder();
    ComputationGraph network =
        network(encoder, encoder.trainable(), DataType.DOUBLE, new Sgd(0.05));
    Random random = new Random(1);
    for (int step = 0; step < 3; step++) {
      INDArray images = model.images(IMAGES, DataType.DOUBLE, step);
      DataSet batch = new DataSet(step == 1 ? images.dup('f') : images, labels(DataType.DOUBLE));
      assertThat(worstGradient(network, batch, step, random)).as("step " + step).isLessThan(1e-6);
      double before = network.score(batch);
      network.fit(batch);
      assertThat(network.score(batch)).isLessThan(before);
    }
  }

  @ParameterizedTest
  @EnumSource
  void floatGradientsAreTheDoubleOnesInThreeStepsInARow(SmallModel model) {
    PretrainedEncoder encoder = model.encoder();
    ComputationGraph single = network(encoder, encoder.trainable(), DataType.FLOAT, new Sgd(0.05));
    ComputationGraph precise =
        network(encoder, encoder.trainable(), DataType.DOUBLE, new Sgd(0.05));
    for (int step = 0; step < 3; step++) {
      single.params().assign(precise.params().castTo(DataType.FLOAT));
      INDArray images = model.images(IMAGES, DataType.DOUBLE, step);
      differentiate(
          single,
          new DataSet(
              step == 1 ? images.castTo(DataType.FLOAT).dup('f') : images.castTo(DataType.FLOAT),
              labels(DataType.FLOAT)));
      DataSet batch = new DataSet(images, labels(DataType.DOUBLE));
      differentiate(precise, batch);
      INDArray exact = precise.getFlattenedGradients();
      double error =
          single
              .getFlattenedGradients()
              .castTo(DataType.DOUBLE)
              .sub(exact)
              .norm2Number()
              .doubleValue();
      assertThat(error / exact.norm2Number().doubleValue()).as("step " + step).isLessThan(1e-5);
      precise.fit(batch);
    }
  }

  @Test
  void aLayerBeforeTheEncoderGetsItsGradient() {
    PretrainedEncoder encoder = SmallModel.MAE.encoder();
    ComputationGraph network =
        new ComputationGraph(
            builder(DataType.DOUBLE, new Sgd(0.05))
                .addInputs("images")
                .setInputTypes(encoder.inputType())
                .addLayer(
                    "colours",
                    new org.deeplearning4j.nn.conf.layers.ConvolutionLayer.Builder(1, 1)
                        .nIn(3)
                        .nOut(3)
                        .build(),
                    "images")
                .addLayer("encoder", encoder.trainable(), "colours")
                .addLayer("classes", classes(), "encoder")
                .setOutputs("classes")
                .build());
    network.init();
    DataSet batch =
        new DataSet(SmallModel.MAE.images(IMAGES, DataType.DOUBLE, 1), labels(DataType.DOUBLE));
    differentiate(network, batch);
    INDArray bias = network.getLayer("colours").getParam("b");
    double computed = network.gradient().getGradientFor("colours_b").getDouble(1) / IMAGES;
    assertThat(computed).isCloseTo(difference(network, batch, bias, 1), within(computed));
    assertThat(Math.abs(computed)).isGreaterThan(1e-4);
  }

  @Test
  void aFrozenEncoderKeepsItsWeightsWhileTheHeadLearns() {
    PretrainedEncoder encoder = SmallModel.SIMMIM.encoder();
    ComputationGraph network = network(encoder, encoder.frozen(), DataType.FLOAT, new Adam(0.01));
    DataSet batch =
        new DataSet(SmallModel.SIMMIM.images(IMAGES, DataType.FLOAT, 1), labels(DataType.FLOAT));
    INDArray kept = network.getLayer("encoder").params().dup();
    double before = network.score(batch);
    for (int step = 0; step < 5; step++) {
      network.fit(batch);
    }
    assertThat(Bits.of(network.getLayer("encoder").params())).isEqualTo(Bits.of(kept));
    assertThat(network.score(batch)).isLessThan(before);
  }

  @ParameterizedTest
  @EnumSource
  void aSavedModelIsRestoredAndTrainsOnAsIfItHadNotBeenSaved(SmallModel model) throws IOException {
    PretrainedEncoder encoder = model.encoder();
    ComputationGraph network =
        network(encoder, encoder.trainable(), DataType.FLOAT, new Adam(0.01));
    DataSet batch = new DataSet(model.images(IMAGES, DataType.FLOAT, 1), labels(DataType.FLOAT));
    network.fit(batch);
    Path file = folder.resolve("model.zip");

    ModelSerializer.writeModel(network, file.toFile(), true);
    ComputationGraph restored = ModelSerializer.restoreComputationGraph(file.toFile(), true);

    assertThat(restored.outputSingle(batch.getFeatures()))
        .isEqualTo(network.outputSingle(batch.getFeatures()));
    network.fit(batch);
    restored.fit(batch);
    assertThat(Bits.of(restored.params())).isEqualTo(Bits.of(network.params()));
  }

  @Test
  void aSavedFrozenModelIsRestored() throws IOException {
    PretrainedEncoder encoder = SmallModel.MAE.encoder();
    ComputationGraph network = network(encoder, encoder.frozen(), DataType.FLOAT, new Adam(0.01));
    Path file = folder.resolve("model.zip");

    ModelSerializer.writeModel(network, file.toFile(), true);

    INDArray images = SmallModel.MAE.images(IMAGES, DataType.FLOAT, 1);
    assertThat(ModelSerializer.restoreComputationGraph(file.toFile(), true).outputSingle(images))
        .isEqualTo(network.outputSingle(images));
  }

  @Test
  void aConfigurationWithoutWeightsIsRefusedWithTheWayToSaveThem() {
    PretrainedEncoder encoder = SmallModel.MAE.encoder();
    String json =
        network(encoder, encoder.trainable(), DataType.FLOAT, new Sgd(0.1))
            .getConfiguration()
            .toJson();
    ComputationGraph empty = new ComputationGraph(ComputationGraphConfiguration.fromJson(json));

    assertThatThrownBy(empty::init)
        .isInstanceOf(UserException.class)
        .hasMessageContaining("ModelSerializer");
  }

  @Test
  void imagesOfAnotherSizeAreRefused() {
    PretrainedEncoder encoder = SmallModel.MAE.encoder();
    ComputationGraph network = network(encoder, encoder.frozen(), DataType.FLOAT, new Sgd(0.1));

    assertThatThrownBy(() -> network.outputSingle(Nd4j.zeros(DataType.FLOAT, 2, 3, 24, 32)))
        .isInstanceOf(UserException.class)
        .hasMessageContaining("[batch, 3, 32, 32]");
    assertThatThrownBy(
            () ->
                builder(DataType.FLOAT, new Sgd(0.1))
                    .addInputs("images")
                    .setInputTypes(InputType.convolutional(24, 32, 3))
                    .addLayer("encoder", encoder.frozen(), "images")
                    .addLayer("classes", classes(), "encoder")
                    .setOutputs("classes")
                    .build())
        .isInstanceOf(UserException.class)
        .hasMessageContaining("the encoder takes");
  }

  @Test
  void aBlockThatIsNotThereIsRefused() {
    assertThatThrownBy(() -> SmallModel.MAE.encoder().frozen(new FeatureKind(Pooling.MEAN, 3)))
        .isInstanceOf(UserException.class)
        .hasMessageContaining("blocks 1 to 2");
  }

  @Test
  void parametersHaveOfficialNamesAndCanBeSet() {
    PretrainedEncoder encoder = SmallModel.SIMMIM.encoder();
    ComputationGraph network = network(encoder, encoder.trainable(), DataType.FLOAT, new Sgd(0.1));
    org.deeplearning4j.nn.api.Layer layer = network.getLayer("encoder");
    String name = "encoder.blocks.1.attn.relative_position_bias_table";
    layer.setParam(name, Nd4j.onesLike(layer.getParam(name)));

    assertThat(layer.getParam(name).minNumber().doubleValue()).isEqualTo(1);
    assertThat(network.getParam("encoder_encoder.blocks.1.attn.relative-position-bias-table"))
        .isEqualTo(layer.getParam(name));
  }

  private static ComputationGraph network(
      PretrainedEncoder encoder, Layer layer, DataType type, IUpdater updater) {
    ComputationGraph network =
        new ComputationGraph(
            builder(type, updater)
                .addInputs("images")
                .setInputTypes(encoder.inputType())
                .addLayer("encoder", layer, "images")
                .addLayer("classes", classes(), "encoder")
                .setOutputs("classes")
                .build());
    network.init();
    return network;
  }

  private static ComputationGraphConfiguration.GraphBuilder builder(
      DataType type, IUpdater updater) {
    return new NeuralNetConfiguration.Builder()
        .seed(1)
        .dataType(type)
        .updater(updater)
        .graphBuilder();
  }

  private static OutputLayer classes() {
    return new OutputLayer.Builder().nOut(CLASSES).activation(Activation.SOFTMAX).build();
  }

  private static INDArray features(ComputationGraph network, INDArray images) {
    return network.feedForward(images, false).get("encoder");
  }

  private static INDArray labels(DataType type) {
    INDArray labels = Nd4j.zeros(type, IMAGES, CLASSES);
    for (int i = 0; i < IMAGES; i++) {
      labels.putScalar(i, i % CLASSES, 1);
    }
    return labels;
  }

  private static void differentiate(ComputationGraph network, DataSet batch) {
    network.setInputs(batch.getFeatures());
    network.setLabels(batch.getLabels());
    network.computeGradientAndScore();
  }

  /** Largest relative error among one random element of each parameter of the encoder. */
  /** Of one value of every third parameter, so that three steps in a row look at each. */
  private static double worstGradient(
      ComputationGraph network, DataSet batch, int step, Random random) {
    differentiate(network, batch);
    INDArray all = network.getFlattenedGradients().dup();
    double worst = 0;
    long start = 0;
    org.deeplearning4j.nn.api.Layer layer = network.getLayer("encoder");
    int number = 0;
    for (String name : layer.conf().variables()) {
      INDArray parameter = layer.getParam(name);
      if (number++ % 3 == step) {
        long at = random.nextInt((int) parameter.length());
        double computed = all.getDouble(start + at) / IMAGES;
        double expected = difference(network, batch, parameter, at);
        double error = Math.abs(computed - expected) / Math.max(1e-3, Math.abs(expected));
        worst = Math.max(worst, error);
      }
      start += parameter.length();
    }
    return worst;
  }

  private static double difference(
      ComputationGraph network, DataSet batch, INDArray parameter, long at) {
    double step = 1e-5;
    double value = parameter.getDouble(at);
    parameter.putScalar(at, value + step);
    double above = network.score(batch, true);
    parameter.putScalar(at, value - step);
    double below = network.score(batch, true);
    parameter.putScalar(at, value);
    return (above - below) / (2 * step);
  }

  private static org.assertj.core.data.Offset<Double> within(double value) {
    return org.assertj.core.data.Offset.offset(1e-6 * Math.max(1e-3, Math.abs(value)));
  }

  private static void assertClose(INDArray actual, INDArray expected, double tolerance) {
    assertThat(actual.shape()).isEqualTo(expected.shape());
    double scale = Math.max(1, expected.amaxNumber().doubleValue());
    assertThat(actual.sub(expected).amaxNumber().doubleValue())
        .isLessThanOrEqualTo(tolerance * scale);
  }
}
