package dev.mto.deeplearning4j;

import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.deeplearning4j.nn.weights.WeightInit;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.dataset.ViewIterator;
import org.nd4j.linalg.learning.config.Adam;
import org.nd4j.linalg.lossfunctions.LossFunctions.LossFunction;
import org.nd4j.linalg.schedule.PolySchedule;
import org.nd4j.linalg.schedule.ScheduleType;
import org.nd4j.linalg.util.FeatureUtil;

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
    int batches = (labels.length + batch - 1) / batch;
    MultiLayerNetwork network = network(features.size(1), classes, options, batches);
    DataSet images = new DataSet(features.dup('c'), FeatureUtil.toOutcomeMatrix(labels, classes));
    for (int epoch = 0; epoch < options.epochs(); epoch++) {
      images.shuffle(options.seed() * options.epochs() + epoch);
      network.fit(new ViewIterator(images, batch));
    }
    return new LinearHead(network);
  }

  private static MultiLayerNetwork network(
      long dim, int classes, LinearHeadOptions options, int batches) {
    int steps = options.epochs() * batches;
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
