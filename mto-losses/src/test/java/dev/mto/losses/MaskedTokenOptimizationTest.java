package dev.mto.losses;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.autodiff.samediff.SameDiff;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.indexing.NDArrayIndex;

class MaskedTokenOptimizationTest {

  private static final MtoOptions OPTIONS =
      MtoOptions.defaults().withWeights(new MtoWeights(1, 2, 3));

  private final SameDiff sd = SameDiff.create();
  private final INDArray values = Samples.tokens(1, 4, 2, 6, 4);
  private final SDVariable mask = sd.placeHolder("mask", DataType.DOUBLE, -1, 6);

  private List<SDVariable> layers(int first, int last) {
    return List.of(
        sd.var("h" + first, values.slice(first).dup('c')),
        sd.var("h" + last, values.slice(last).dup('c')));
  }

  @Test
  void twoDecodersInOneGraphHaveTheirOwnTermsAndGradients() {
    MtoTerms pixel = MaskedTokenOptimization.add(sd, "pixel", layers(0, 1), mask, OPTIONS);
    MtoTerms feature = MaskedTokenOptimization.add(sd, "feature", layers(2, 3), mask, OPTIONS);
    SDVariable loss = pixel.weighted().add("loss", feature.weighted());
    sd.setLossVariables(loss);
    INDArray masks = Samples.mask(2, 6, 3, 4);
    Map<String, INDArray> gradients =
        sd.calculateGradients(Map.of("mask", masks), "h0", "h1", "h2", "h3");

    for (int first : new int[] {0, 2}) {
      INDArray alone = values.get(NDArrayIndex.interval(first, first + 2));
      Graph graph = new Graph(alone.dup('c'), masks, DataType.DOUBLE, OPTIONS);
      String name = first == 0 ? "pixel" : "feature";
      assertThat(sd.outputSingle(Map.of("mask", masks), name + "/weighted").getDouble(0))
          .isCloseTo(graph.scalar(graph.terms().weighted()), within(1e-12));
      List<INDArray> own = graph.gradients(graph.terms().weighted());
      assertThat(gradients.get("h" + first).distance2(own.get(0))).isLessThan(1e-9);
      assertThat(gradients.get("h" + (first + 1)).distance2(own.get(1))).isLessThan(1e-9);
    }
  }

  @Test
  void theWeightedSumWeighsTheTerms() {
    MtoTerms terms = MaskedTokenOptimization.add(sd, "mto", layers(0, 1), mask, OPTIONS);
    Map<String, INDArray> fed = Map.of("mask", Samples.mask(2, 6, 3, 4));
    double spa = sd.outputSingle(fed, "mto/spa").getDouble(0);
    double e = sd.outputSingle(fed, "mto/e").getDouble(0);
    double r = sd.outputSingle(fed, "mto/r").getDouble(0);
    assertThat(sd.outputSingle(fed, terms.weighted().name()).getDouble(0))
        .isCloseTo(spa + 2 * e + 3 * r, within(1e-12));
  }

  @Test
  void aWeightOfZeroGivesNoGradient() {
    MtoOptions off = OPTIONS.withWeights(new MtoWeights(0, 0, 0));
    Graph graph = new Graph(values, Samples.mask(2, 6, 3, 4), DataType.DOUBLE, off);
    for (INDArray gradient : graph.gradients(graph.terms().weighted())) {
      assertThat(gradient.norm2Number().doubleValue()).isZero();
    }
  }

  @Test
  void refusesANameUsedBefore() {
    MaskedTokenOptimization.add(sd, "mto", layers(0, 1), mask, OPTIONS);
    List<SDVariable> others = layers(2, 3);
    assertThatIllegalArgumentException()
        .isThrownBy(() -> MaskedTokenOptimization.add(sd, "mto", others, mask, OPTIONS))
        .withMessageContaining("\"mto\"")
        .withMessageContaining("choose another");
  }

  @Test
  void refusesASingleLayer() {
    List<SDVariable> single = layers(0, 1).subList(0, 1);
    assertThatIllegalArgumentException()
        .isThrownBy(() -> MaskedTokenOptimization.add(sd, "mto", single, mask, OPTIONS))
        .withMessageContaining("1 layers")
        .withMessageContaining("needs 2");
  }

  @Test
  void refusesTokensOfMixedTypes() {
    SDVariable single = sd.placeHolder("float", DataType.FLOAT, -1, 6, 4);
    List<SDVariable> mixed = List.of(layers(0, 1).get(0), single);
    assertThatIllegalArgumentException()
        .isThrownBy(() -> MaskedTokenOptimization.add(sd, "mto", mixed, mask, OPTIONS))
        .withMessageContaining("layer 1")
        .withMessageContaining("FLOAT");
  }

  @Test
  void refusesHalfPrecision() {
    SDVariable half = sd.placeHolder("half", DataType.FLOAT16, -1, 6, 4);
    assertThatIllegalArgumentException()
        .isThrownBy(
            () -> MaskedTokenOptimization.add(sd, "mto", List.of(half, half), mask, OPTIONS))
        .withMessageContaining("HALF")
        .withMessageContaining("cast");
  }

  @Test
  void refusesTokensThatAreNotBatchTokensDim() {
    SDVariable flat = sd.placeHolder("flat", DataType.DOUBLE, -1, 4);
    assertThatIllegalArgumentException()
        .isThrownBy(
            () -> MaskedTokenOptimization.add(sd, "mto", List.of(flat, flat), mask, OPTIONS))
        .withMessageContaining("\"flat\"")
        .withMessageContaining("rank 2")
        .withMessageContaining("[batch, tokens, dim]");
  }
}
