package dev.mto.losses;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.autodiff.samediff.SameDiff;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.indexing.INDArrayIndex;
import org.nd4j.linalg.indexing.NDArrayIndex;

class HeterogeneityTest {

  private static final MtoOptions OPTIONS =
      MtoOptions.defaults().withWeights(new MtoWeights(1, 1, 1));

  @ParameterizedTest
  @ValueSource(doubles = {0, 1e-6, 1e-2, 1, 10, 1e3, 1e6})
  void liesBetweenZeroAndTheLogOfTheVisibleCount(double size) {
    for (DataType type : List.of(DataType.FLOAT, DataType.DOUBLE)) {
      double rounding = type == DataType.FLOAT ? 1e-6 : 1e-14;
      INDArray tokens = Samples.tokens(3, 2, 3, 9, 5).mul(size);
      INDArray mask = Samples.mask(4, 9, 1, 4, 8);
      Graph graph = new Graph(tokens, mask, type, OPTIONS);
      for (SDVariable layer : graph.terms().heterogeneityPerImage()) {
        double[] h = graph.vector(layer);
        assertThat(h[0]).isBetween(-rounding, Math.log(8) + rounding);
        assertThat(h[1]).isBetween(-rounding, Math.log(5) + rounding);
        assertThat(h[2]).isBetween(-rounding, rounding);
      }
    }
  }

  @ParameterizedTest
  @ValueSource(doubles = {0, 1e-6, 1, 1e3, 1e6, 1e8})
  void equalTokensOfAnySizeReachTheBoundWithFiniteGradients(double size) {
    INDArray tokens = Nd4j.valueArrayOf(new long[] {2, 1, 7, 3}, size, DataType.DOUBLE);
    Graph graph = new Graph(tokens, Samples.mask(1, 7, 4), DataType.FLOAT, OPTIONS);
    for (SDVariable layer : graph.terms().heterogeneityPerImage()) {
      assertThat(graph.vector(layer)[0]).isCloseTo(Math.log(3), within(1e-6));
    }
    for (INDArray gradient : graph.gradients(graph.terms().weighted())) {
      assertThat(gradient.norm2Number().doubleValue()).isFinite();
    }
  }

  @Test
  void doesNotDependOnTheOrderOfTokens() {
    INDArray tokens = Samples.tokens(5, 3, 2, 8, 4);
    INDArray mask = Samples.mask(6, 8, 3, 5);
    int[] order = {3, 7, 0, 5, 1, 6, 2, 4};
    INDArray permutedTokens = tokens.dup();
    INDArray permutedMask = mask.dup();
    for (int token = 0; token < order.length; token++) {
      permutedTokens
          .get(all(), all(), NDArrayIndex.point(token), all())
          .assign(tokens.get(all(), all(), NDArrayIndex.point(order[token]), all()));
      permutedMask.putColumn(token, mask.getColumn(order[token]));
    }
    Graph one = new Graph(tokens, mask, DataType.DOUBLE, OPTIONS);
    Graph other = new Graph(permutedTokens, permutedMask, DataType.DOUBLE, OPTIONS);
    assertThat(other.scalar(other.terms().weighted()))
        .isCloseTo(one.scalar(one.terms().weighted()), within(1e-12));
  }

  @Test
  void aBatchOfDifferentMaskedCountsEqualsItsImagesOneAtATime() {
    INDArray tokens = Samples.tokens(9, 3, 4, 8, 4);
    INDArray mask = Samples.mask(10, 8, 1, 3, 6, 7);
    Graph batch = new Graph(tokens, mask, DataType.DOUBLE, OPTIONS);
    List<INDArray> gradients = batch.gradients(batch.terms().weighted());
    double sum = 0;
    for (int image = 0; image < 4; image++) {
      INDArray alone = tokens.get(all(), NDArrayIndex.interval(image, image + 1), all(), all());
      Graph graph = new Graph(alone.dup('c'), mask.getRow(image, true), DataType.DOUBLE, OPTIONS);
      sum += graph.scalar(graph.terms().weighted());
      List<INDArray> own = graph.gradients(graph.terms().weighted());
      for (int layer = 0; layer < 3; layer++) {
        INDArray share = gradients.get(layer).slice(image).mul(4);
        assertThat(share.distance2(own.get(layer).slice(0))).isLessThan(1e-8);
        assertThat(graph.vector(graph.terms().heterogeneityPerImage().get(layer))[0])
            .isCloseTo(
                batch.vector(batch.terms().heterogeneityPerImage().get(layer))[image],
                within(1e-12));
      }
    }
    assertThat(batch.scalar(batch.terms().weighted())).isCloseTo(sum / 4, within(1e-9 * sum));
  }

  @Test
  void oneVisibleTokenGivesZero() {
    Graph graph =
        new Graph(Samples.tokens(2, 2, 1, 6, 4), Samples.mask(3, 6, 5), DataType.DOUBLE, OPTIONS);
    assertThat(graph.vector(graph.terms().heterogeneityPerImage().get(0))[0])
        .isCloseTo(0, within(1e-16));
    assertThat(graph.scalar(graph.terms().largestSlope())).isCloseTo(1e12, within(1e3));
  }

  @Test
  void handComputedAffinityOfOneMaskedAndTwoVisibleTokens() {
    INDArray tokens =
        Nd4j.createFromArray(new double[][][][] {{{{1, 0}, {Math.log(3), 1}, {0, 1}}}});
    INDArray mask = Nd4j.createFromArray(new double[][] {{1, 0, 0}});
    // Scores ln 3 and 0, so the affinities are 3/4 and 1/4.
    double expected = -0.75 * Math.log(0.75) - 0.25 * Math.log(0.25);
    assertThat(EagerMto.heterogeneity(tokens.slice(0), mask, OPTIONS)[0])
        .isCloseTo(expected, within(1e-15));
    Graph graph = new Graph(Nd4j.concat(0, tokens, tokens), mask, DataType.DOUBLE, OPTIONS);
    assertThat(graph.vector(graph.terms().heterogeneityPerImage().get(1))[0])
        .isCloseTo(expected, within(1e-15));
  }

  @Test
  void isAddedAloneWithTheValuesItHasBesideTheLosses() {
    INDArray tokens = Samples.tokens(11, 2, 2, 6, 4);
    INDArray mask = Samples.mask(12, 6, 2, 4);
    SameDiff sd = SameDiff.create();
    List<SDVariable> layers = new ArrayList<>();
    for (int layer = 0; layer < 2; layer++) {
      layers.add(sd.var("h" + layer, tokens.slice(layer).dup('c')));
    }
    SDVariable maskVariable = sd.placeHolder("mask", DataType.INT32, -1, 6);
    Heterogeneity h = Heterogeneity.add(sd, "decoder", layers, maskVariable, OPTIONS);
    Map<String, INDArray> fed = Map.of("mask", mask.castTo(DataType.INT32));
    for (int layer = 0; layer < 2; layer++) {
      double[] expected = EagerMto.heterogeneity(tokens.slice(layer), mask, OPTIONS);
      assertThat(sd.outputSingle(fed, h.perImage().get(layer).name()).toDoubleVector())
          .containsExactly(expected, within(1e-12));
      assertThat(sd.outputSingle(fed, "decoder/heterogeneity" + layer).getDouble(0))
          .isCloseTo(Samples.mean(expected), within(1e-12));
    }
    assertThat(sd.hasVariable("decoder/spa")).isFalse();
  }

  private static INDArrayIndex all() {
    return NDArrayIndex.all();
  }
}
