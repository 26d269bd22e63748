package dev.mto.models.weights;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.indexing.NDArrayIndex;

class PositionResizeTest {
  private static final PatchGrid FOUR = new PatchGrid(4, 4);

  @Test
  void upsamplingIsCubicConvolution() {
    double[][] expected = {
      {0.47265625, 0.76953125, 1.24609375, 1.875, 2.28125, 2.91015625, 3.38671875, 3.68359375},
      {1.66015625, 1.95703125, 2.43359375, 3.0625, 3.46875, 4.09765625, 4.57421875, 4.87109375}
    };

    double[][] resized = PositionResize.bicubic(oneToSixteen(), FOUR, new PatchGrid(8, 8));

    for (int i = 0; i < 16; i++) {
      assertThat(resized[i][0]).isCloseTo(expected[i / 8][i % 8], within(1e-12));
    }
  }

  @Test
  void downsamplingIsNotAntialiased() {
    double[] expected = {
      1.63078704,
      3.00462963,
      4.37847222,
      7.12615741,
      8.5,
      9.87384259,
      12.62152778,
      13.99537037,
      15.36921296
    };

    double[][] resized = PositionResize.bicubic(oneToSixteen(), FOUR, new PatchGrid(3, 3));

    for (int i = 0; i < expected.length; i++) {
      assertThat(resized[i][0]).isCloseTo(expected[i], within(1e-8));
    }
  }

  @Test
  void aTableOfTheSameGridIsEqual() {
    PatchGrid grid = new PatchGrid(3, 5);
    INDArray absolute = Nd4j.rand(DataType.FLOAT, 1, 16, 6);
    INDArray relative = Nd4j.rand(DataType.FLOAT, 5 * 9 + 3, 2);

    assertThat(PositionResize.absolute(absolute, grid, grid)).isEqualTo(absolute);
    assertThat(PositionResize.relative(relative, grid, grid)).isEqualTo(relative);
  }

  @Test
  void aConstantStaysConstantAndRowsOfClassTokensAreKept() {
    INDArray absolute = Nd4j.ones(DataType.FLOAT, 1, 17, 3);
    absolute.get(NDArrayIndex.all(), NDArrayIndex.point(0), NDArrayIndex.all()).assign(7);
    INDArray relative = Nd4j.ones(DataType.FLOAT, 52, 2);
    relative.get(NDArrayIndex.interval(49, 52)).assign(7);

    INDArray resized = PositionResize.absolute(absolute, FOUR, new PatchGrid(7, 2));
    INDArray biases = PositionResize.relative(relative, FOUR, new PatchGrid(6, 3));

    assertThat(resized.shape()).containsExactly(1, 15, 3);
    assertThat(resized.dataType()).isEqualTo(DataType.FLOAT);
    INDArray rows = resized.reshape(15, 3);
    assertThat(rows.getRow(0).toFloatVector()).containsOnly(7f);
    assertThat(rows.get(NDArrayIndex.interval(1, 15)).dup().ravel().toFloatVector())
        .containsOnly(1f);
    assertThat(biases.shape()).containsExactly(11 * 5 + 3, 2);
    assertThat(biases.get(NDArrayIndex.interval(0, 55)).dup().ravel().toFloatVector())
        .containsOnly(1f);
    assertThat(biases.get(NDArrayIndex.interval(55, 58)).dup().ravel().toFloatVector())
        .containsOnly(7f);
  }

  @Test
  void aHalvedLinearRampStaysLinearAwayFromTheBorder() {
    PatchGrid from = new PatchGrid(8, 8);
    INDArray table = Nd4j.zeros(DataType.DOUBLE, 1, 65, 1);
    for (int i = 0; i < 64; i++) {
      table.putScalar(new long[] {0, 1 + i, 0}, 10 * (i / 8) + i % 8);
    }

    INDArray resized = PositionResize.absolute(table, from, new PatchGrid(4, 4));

    for (int y = 1; y < 3; y++) {
      for (int x = 1; x < 3; x++) {
        double expected = 10 * (2 * y + 0.5) + 2 * x + 0.5;
        assertThat(resized.getDouble(0, 1 + y * 4 + x, 0)).isCloseTo(expected, within(1e-9));
      }
    }
  }

  @Test
  void distanceZeroKeepsItsBiasInAnyWindow() {
    INDArray table = Nd4j.rand(DataType.DOUBLE, 5 * 5 + 3, 1);

    INDArray resized = PositionResize.relative(table, new PatchGrid(3, 3), new PatchGrid(5, 5));

    assertThat(resized.getDouble(9 * 9 / 2, 0)).isCloseTo(table.getDouble(12, 0), within(1e-12));
  }

  @Test
  void tablesOfAnotherGridAreRefused() {
    assertThatThrownBy(
            () ->
                PositionResize.absolute(
                    Nd4j.zeros(DataType.FLOAT, 1, 16, 2), FOUR, new PatchGrid(2, 2)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("[1, 16, 2] is not [1, 17, D]");
    assertThatThrownBy(
            () ->
                PositionResize.relative(
                    Nd4j.zeros(DataType.FLOAT, 49, 2), FOUR, new PatchGrid(2, 2)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("[49, 2] is not [52, heads]");
    assertThatThrownBy(
            () -> PositionResize.absolute(Nd4j.zeros(DataType.INT32, 1, 17, 2), FOUR, FOUR))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("INT");
  }

  @Test
  void squareGridsAreFoundByTheirNumberOfPatches() {
    assertThat(PatchGrid.square(196)).isEqualTo(new PatchGrid(14, 14));
    assertThatThrownBy(() -> PatchGrid.square(195))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("195 patches");
  }

  private static double[][] oneToSixteen() {
    double[][] values = new double[16][1];
    for (int i = 0; i < 16; i++) {
      values[i][0] = i + 1;
    }
    return values;
  }
}
