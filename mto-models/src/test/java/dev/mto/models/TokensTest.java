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

class TokensTest {
  private static final INDArray MASK =
      Nd4j.createFromArray(new double[][] {{1, 0, 1, 0, 1}, {0, 1, 1, 1, 0}});
  private static final int[][] VISIBLE = {{1, 3}, {0, 4}};

  @Test
  void selectsTheVisibleTokensInImageOrderAndPutsThemBack() {
    SameDiff graph = SameDiff.create();
    INDArray values = Nd4j.rand(DataType.DOUBLE, 2, 5, 3);
    SDVariable tokens = graph.constant("tokens", values);
    SDVariable selection =
        graph.constant("selection", Tokens.selection(VISIBLE, 5, DataType.DOUBLE));

    SDVariable maskToken =
        graph.constant(Nd4j.valueArrayOf(new long[] {1, 1, 3}, 7.0, DataType.DOUBLE));

    SDVariable visible = selection.mmul(tokens);
    INDArray restored = Tokens.restore(visible, selection, graph.constant(MASK), maskToken).eval();
    INDArray selected = visible.eval();

    assertThat(selected.shape()).containsExactly(2, 2, 3);
    assertThat(selected.slice(0).getRow(1)).isEqualTo(values.slice(0).getRow(3));
    assertThat(selected.slice(1).getRow(1)).isEqualTo(values.slice(1).getRow(4));
    for (int b = 0; b < 2; b++) {
      for (int n = 0; n < 5; n++) {
        INDArray expected =
            MASK.getDouble(b, n) == 1
                ? Nd4j.valueArrayOf(new long[] {3}, 7.0, DataType.DOUBLE)
                : values.slice(b).getRow(n);
        assertThat(restored.slice(b).getRow(n)).isEqualTo(expected);
      }
    }
  }

  @Test
  void gradientReachesSelectedTokensAlone() {
    SameDiff graph = SameDiff.create();
    SDVariable tokens = graph.var("tokens", Nd4j.rand(DataType.DOUBLE, 2, 5, 3));
    SDVariable selection =
        graph.constant("selection", Tokens.selection(VISIBLE, 5, DataType.DOUBLE));
    SDVariable maskToken = graph.var("mask_token", Nd4j.ones(DataType.DOUBLE, 1, 1, 3));
    Tokens.restore(selection.mmul(tokens), selection, graph.constant(MASK), maskToken).sum("loss");
    graph.setLossVariables("loss");

    Map<String, INDArray> gradients = graph.calculateGradients(Map.of(), "tokens", "mask_token");
    INDArray gradient = gradients.get("tokens");

    for (int b = 0; b < 2; b++) {
      for (int n = 0; n < 5; n++) {
        assertThat(gradient.getDouble(b, n, new Random(n).nextInt(3)))
            .isEqualTo(1 - MASK.getDouble(b, n));
      }
    }
    assertThat(gradients.get("mask_token"))
        .isEqualTo(Nd4j.valueArrayOf(new long[] {1, 1, 3}, 6.0, DataType.DOUBLE));
  }

  @Test
  void imagesWithDifferentNumbersOfVisibleTokensAreRefused() {
    int[][] ragged = {{1}, {0, 1}};

    assertThatThrownBy(() -> Tokens.selection(ragged, 3, DataType.FLOAT))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("image 1 of the batch has 2 visible tokens, image 0 has 1");
  }

  @Test
  void theClassTokenGoesBeforeTheTokensOfEveryImageAndIsTakenAwayAgain() {
    SameDiff graph = SameDiff.create();
    INDArray values = Nd4j.rand(DataType.DOUBLE, 2, 5, 3);
    SDVariable tokens = graph.var("tokens", values);
    SDVariable classToken = graph.var("cls", Nd4j.rand(DataType.DOUBLE, 1, 1, 3));

    SDVariable all = Tokens.prepend(classToken, tokens);
    SDVariable first = Tokens.classToken(all);
    SDVariable rest = Tokens.patches(all);
    graph.setLossVariables(first.mul(2).sum().add(rest.mul(3).sum()));
    Map<String, INDArray> gradients = graph.calculateGradients(Map.of(), "tokens", "cls");

    assertThat(first.eval().slice(1)).isEqualTo(classToken.getArr().slice(0));
    assertThat(rest.eval()).isEqualTo(values);
    assertThat(gradients.get("cls"))
        .isEqualTo(Nd4j.valueArrayOf(new long[] {1, 1, 3}, 4.0, DataType.DOUBLE));
    assertThat(gradients.get("tokens"))
        .isEqualTo(Nd4j.valueArrayOf(new long[] {2, 5, 3}, 3.0, DataType.DOUBLE));
  }
}
