package dev.mto.conmim;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.autodiff.samediff.SameDiff;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** The contrast on features that can be worked out by hand. */
class PatchContrastTest {
  private static final double[][][] AXES = {{{2, 0}, {0, 3}}};

  @Test
  void ofTwoOrthogonalPatchesTheLossIsTheLogisticOfTheInverseTemperature() {
    Contrast contrast = new Contrast(DataType.DOUBLE, AXES, AXES, new double[][] {{1, 0}}, 0.5);

    assertThat(contrast.loss()).isCloseTo(Math.log(1 + Math.exp(-2)), within(1e-12));
    assertThat(contrast.probability(0, 1)).isCloseTo(1 / (1 + Math.exp(2)), within(1e-12));
  }

  @Test
  void everyMaskedPatchOfTheBatchWeighsTheSame() {
    double[][][] student = {{{1, 0}, {0, 1}}, {{1, 0}, {1, 0}}};
    double[][][] teacher = {{{1, 0}, {0, 1}}, {{1, 0}, {0, 1}}};
    double[][] mask = {{1, 0}, {1, 1}};

    double right = Math.log(1 + Math.exp(-1));
    double wrong = Math.log(1 + Math.exp(1));
    assertThat(new Contrast(DataType.DOUBLE, student, teacher, mask, 1).loss())
        .isCloseTo((right + right + wrong) / 3, within(1e-12));
  }

  @Test
  void lowTemperatureNeitherOverflowsNorLosesTheLoss() {
    double[][][] crossed = {{{0, 1}, {1, 0}}};
    double[][] mask = {{1, 1}};

    assertThat(new Contrast(DataType.FLOAT, AXES, crossed, mask, 1e-3).loss())
        .isCloseTo(1000, within(1e-2));
    assertThat(new Contrast(DataType.FLOAT, AXES, AXES, mask, 1e-3).loss())
        .isCloseTo(0, within(1e-2));
  }

  @Test
  void featuresOfLengthZeroGiveAFiniteLossAndGradient() {
    double[][][] zero = {{{0, 0}, {0, 1}}};
    Contrast contrast = new Contrast(DataType.FLOAT, zero, AXES, new double[][] {{1, 0}}, 0.1);

    assertThat(contrast.loss()).isCloseTo(Math.log(2), within(1e-6));
    for (double value : contrast.gradient().data().asDouble()) {
      assertThat(value).isFinite();
    }
  }

  @Test
  void gradientEqualsFiniteDifferences() {
    double[][][] student = {{{0.3, -1.2}, {0.8, 0.4}}};
    double[][][] teacher = {{{0.5, -0.7}, {-0.2, 0.9}}};
    double[][] mask = {{1, 1}};
    INDArray gradient = new Contrast(DataType.DOUBLE, student, teacher, mask, 0.3).gradient();
    double step = 1e-6;
    for (int patch = 0; patch < 2; patch++) {
      for (int feature = 0; feature < 2; feature++) {
        double value = student[0][patch][feature];
        student[0][patch][feature] = value + step;
        double above = new Contrast(DataType.DOUBLE, student, teacher, mask, 0.3).loss();
        student[0][patch][feature] = value - step;
        double below = new Contrast(DataType.DOUBLE, student, teacher, mask, 0.3).loss();
        student[0][patch][feature] = value;
        assertThat(gradient.getDouble(0, patch, feature))
            .isCloseTo((above - below) / (2 * step), within(1e-8));
      }
    }
  }

  private static final class Contrast {
    private final SameDiff graph = SameDiff.create();
    private final SDVariable loss;
    private final SDVariable probabilities;

    Contrast(
        DataType type,
        double[][][] student,
        double[][][] teacher,
        double[][] mask,
        double temperature) {
      SDVariable queries = graph.var("student", Nd4j.createFromArray(student).castTo(type));
      SDVariable keys = graph.constant("teacher", Nd4j.createFromArray(teacher).castTo(type));
      PatchContrast contrast = PatchContrast.of(queries, keys, student[0].length, 2, temperature);
      loss = contrast.loss(graph.constant("mask", Nd4j.createFromArray(mask).castTo(type)));
      probabilities = contrast.probabilities(student[0].length);
    }

    double loss() {
      return loss.eval().getDouble(0);
    }

    double probability(int patch, int other) {
      return probabilities.eval().getDouble(0, patch, other);
    }

    INDArray gradient() {
      graph.setLossVariables(loss);
      return graph.calculateGradients(Map.of(), List.of("student")).get("student");
    }
  }
}
