package dev.mto.deeplearning4j;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Random;
import org.junit.jupiter.api.Test;
import org.nd4j.evaluation.classification.Evaluation;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

class LinearHeadTest {
  private static final int CLASSES = 3;
  private static final int IMAGES = 60;
  private static final LinearHeadOptions OPTIONS = new LinearHeadOptions(20, 16, 0.05, 0, 7);

  private final int[] labels = labels();
  private final INDArray features = features();

  @Test
  void separableFeaturesAreClassified() {
    LinearHead head = LinearHead.train(features, labels, CLASSES, OPTIONS);

    Evaluation evaluation = new Evaluation(CLASSES);
    INDArray truth = Nd4j.zeros(DataType.FLOAT, IMAGES, CLASSES);
    for (int i = 0; i < IMAGES; i++) {
      truth.putScalar(i, labels[i], 1);
    }
    evaluation.eval(truth, head.probabilities(features));
    assertThat(evaluation.accuracy()).isEqualTo(1);
  }

  @Test
  void theSameSeedGivesTheSameClassifierAndAnotherSeedAnother() {
    INDArray first = LinearHead.train(features, labels, CLASSES, OPTIONS).probabilities(features);
    INDArray again = LinearHead.train(features, labels, CLASSES, OPTIONS).probabilities(features);
    INDArray other =
        LinearHead.train(features, labels, CLASSES, new LinearHeadOptions(20, 16, 0.05, 0, 8))
            .probabilities(features);

    assertThat(again).isEqualTo(first);
    assertThat(other.sub(first).amaxNumber().doubleValue()).isGreaterThan(1e-6);
  }

  @Test
  void missingLabelsAreRefused() {
    assertThatThrownBy(() -> LinearHead.train(features, new int[3], CLASSES, OPTIONS))
        .hasMessageContaining("60 features and 3 labels");
  }

  private static int[] labels() {
    int[] labels = new int[IMAGES];
    for (int i = 0; i < IMAGES; i++) {
      labels[i] = i % CLASSES;
    }
    return labels;
  }

  private static INDArray features() {
    Random random = new Random(1);
    float[][] rows = new float[IMAGES][5];
    for (int i = 0; i < IMAGES; i++) {
      for (int j = 0; j < 5; j++) {
        rows[i][j] = (float) (0.2 * random.nextGaussian() + (j == i % CLASSES ? 1 : 0));
      }
    }
    return Nd4j.createFromArray(rows);
  }
}
