package dev.mto.deeplearning4j;

import dev.mto.data.RandomStream;
import java.util.Arrays;
import java.util.random.RandomGenerator;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.deeplearning4j.nn.weights.WeightInit;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.learning.config.Adam;
import org.nd4j.linalg.lossfunctions.LossFunctions.LossFunction;
import org.nd4j.linalg.schedule.PolySchedule;
import org.nd4j.linalg.schedule.ScheduleType;

/**
 * A linear classifier on features that were computed before: softmax regression from zeros by Adam,
 * its learning rate falling linearly to 0. The same options give the same classifier.
 */
public final class LinearHead {
  private final MultiLayerNetwork network;

  private LinearHead(MultiLayerNetwork network) {
    this.network = network;
  }

  /**
   * Trains a classifier.
   *
   * @param features [n, D] float32, best standardised
   * @param labels [n], each from 0 to {@code classes} - 1
   * @param classes K
   * @throws IllegalArgumentException when there are no features, or not as many as labels
   */
  public static LinearHead train(
      INDArray features, int[] labels, int classes, LinearHeadOptions options) {
    if (labels.length == 0 || features.size(0) != labels.length) {
      throw new IllegalArgumentException(
          features.size(0) + " features and " + labels.length + " labels; give one label for each");
    }
    int batch = Math.min(options.batch(), labels.length);
    int batches = labels.length / batch;
    MultiLayerNetwork network = network(features.size(1), classes, options, batches);
    int[] order = new int[labels.length];
    for (int i = 0; i < order.length; i++) {
      order[i] = i;
    }
    RandomGenerator random = RandomStream.of(options.seed(), "linear-head");
    for (int epoch = 0; epoch < options.epochs(); epoch++) {
      shuffle(order, random);
      for (int first = 0; first + batch <= order.length; first += batch) {
        step(network, features, labels, Arrays.copyOfRange(order, first, first + batch));
      }
    }
    return new LinearHead(network);
  }

  private static MultiLayerNetwork network(
      long dim, int classes, LinearHeadOptions options, int batches) {
    int steps = Math.max(1, options.epochs() * batches);
    MultiLayerNetwork network =
        new MultiLayerNetwork(
            new NeuralNetConfiguration.Builder()
                .seed(options.seed())
                .dataType(DataType.FLOAT)
                .updater(
                    new Adam(
                        new PolySchedule(ScheduleType.ITERATION, options.learningRate(), 1, steps)))
                .l2(options.l2())
                .list()
                .layer(
                    new OutputLayer.Builder(LossFunction.MCXENT)
                        .nIn(dim)
                        .nOut(classes)
                        .activation(Activation.SOFTMAX)
                        .weightInit(WeightInit.ZERO)
                        .build())
                .build());
    network.init();
    return network;
  }

  private static void step(
      MultiLayerNetwork network, INDArray features, int[] labels, int... images) {
    int classes = network.layerSize(0);
    float[] truth = new float[images.length * classes];
    for (int i = 0; i < images.length; i++) {
      truth[i * classes + labels[images[i]]] = 1;
    }
    try (INDArray rows = Nd4j.pullRows(features, 1, images);
        INDArray targets = Nd4j.create(truth, new long[] {images.length, classes}, 'c')) {
      network.fit(rows, targets);
    }
  }

  private static void shuffle(int[] order, RandomGenerator random) {
    for (int last = order.length - 1; last > 0; last--) {
      int other = random.nextInt(last + 1);
      int kept = order[last];
      order[last] = order[other];
      order[other] = kept;
    }
  }

  /**
   * Probabilities of the classes.
   *
   * @param features [n, D] float32, standardised as those it was trained on
   * @return [n, K] float32
   */
  public INDArray probabilities(INDArray features) {
    return network.output(features);
  }
}
