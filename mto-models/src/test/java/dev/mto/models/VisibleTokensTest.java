package dev.mto.models;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.autodiff.samediff.SameDiff;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

class VisibleTokensTest {
  private static final INDArray MASK =
      Nd4j.createFromArray(new float[][] {{1, 0, 1, 0, 1}, {0, 1, 1, 1, 0}});

  @Test
  void selectsTheVisibleTokensInImageOrderAndPutsThemBack() {
    SameDiff graph = SameDiff.create();
    INDArray values = Nd4j.rand(DataType.DOUBLE, 2, 5, 3);
    SDVariable tokens = graph.constant("tokens", values);
    SDVariable selection =
        graph.constant("selection", VisibleTokens.selection(MASK, DataType.DOUBLE));

    SDVariable visible = VisibleTokens.select(selection, tokens);
    INDArray restored = VisibleTokens.restore(selection, visible).eval();
    INDArray selected = visible.eval();

    assertThat(selected.shape()).containsExactly(2, 2, 3);
    assertThat(selected.slice(0).getRow(1)).isEqualTo(values.slice(0).getRow(3));
    assertThat(selected.slice(1).getRow(1)).isEqualTo(values.slice(1).getRow(4));
    for (int b = 0; b < 2; b++) {
      for (int n = 0; n < 5; n++) {
        INDArray expected =
            MASK.getDouble(b, n) == 1 ? Nd4j.zeros(DataType.DOUBLE, 3) : values.slice(b).getRow(n);
        assertThat(restored.slice(b).getRow(n)).isEqualTo(expected);
      }
    }
  }

  @Test
  void gradientReachesSelectedTokensAlone() {
    SameDiff graph = SameDiff.create();
    SDVariable tokens = graph.var("tokens", Nd4j.rand(DataType.DOUBLE, 2, 5, 3));
    SDVariable selection =
        graph.constant("selection", VisibleTokens.selection(MASK, DataType.DOUBLE));
    VisibleTokens.restore(selection, VisibleTokens.select(selection, tokens)).sum("loss");
    graph.setLossVariables("loss");

    INDArray gradient = graph.calculateGradients(Map.of(), "tokens").get("tokens");

    for (int b = 0; b < 2; b++) {
      for (int n = 0; n < 5; n++) {
        assertThat(gradient.getDouble(b, n, new Random(n).nextInt(3)))
            .isEqualTo(1 - MASK.getDouble(b, n));
      }
    }
  }

  @Test
  void imagesWithDifferentNumbersOfVisibleTokensAreRefused() {
    INDArray ragged = Nd4j.createFromArray(new float[][] {{1, 0, 1}, {0, 0, 1}});

    assertThatThrownBy(() -> VisibleTokens.selection(ragged, DataType.FLOAT))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("image 1 of the batch has 2 visible tokens, image 0 has 1");
  }
}
