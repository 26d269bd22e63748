package dev.mto.losses;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import java.util.Random;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** The graph against the eager versions, for every combination of options. */
class EveryOptionTest {

  private static final INDArray TOKENS = Samples.tokens(7, 3, 3, 6, 4);
  private static final INDArray MASK = Samples.mask(8, 6, 2, 5, 1);

  static List<MtoOptions> options() {
    return Samples.everyOption();
  }

  @ParameterizedTest
  @MethodSource("options")
  void graphAgreesWithEagerValues(MtoOptions options) {
    Graph graph = new Graph(TOKENS, MASK, DataType.DOUBLE, options);
    double expected = Samples.weightedSum(TOKENS, MASK, options);
    assertThat(graph.scalar(graph.terms().weighted())).isCloseTo(expected, within(1e-11));
    for (int layer = 0; layer < 3; layer++) {
      double[] h = EagerMto.heterogeneity(TOKENS.slice(layer), MASK, options);
      assertThat(graph.vector(graph.terms().heterogeneityPerImage().get(layer)))
          .containsExactly(h, within(1e-12));
    }
  }

  @ParameterizedTest
  @MethodSource("options")
  void gradientAgreesWithFiniteDifferencesOfEagerValues(MtoOptions options) {
    Graph graph = new Graph(TOKENS, MASK, DataType.DOUBLE, options);
    List<INDArray> gradients = graph.gradients(graph.terms().weighted());
    Random random = new Random(9);
    for (int direction = 0; direction < 5; direction++) {
      double[] values = random.doubles(TOKENS.length(), -1, 1).toArray();
      INDArray change = Nd4j.createFromArray(values).reshape('c', TOKENS.shape());
      double slope = 0;
      for (int layer = 0; layer < gradients.size(); layer++) {
        slope += gradients.get(layer).mul(change.slice(layer)).sumNumber().doubleValue();
      }
      assertThat(slope).isCloseTo(difference(change, options), within(1e-7));
    }
  }

  private static double difference(INDArray change, MtoOptions options) {
    double step = 1e-5;
    double above = Samples.weightedSum(TOKENS.add(change.mul(step)), MASK, options);
    double below = Samples.weightedSum(TOKENS.sub(change.mul(step)), MASK, options);
    return (above - below) / (2 * step);
  }
}
