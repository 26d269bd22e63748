package dev.mto.models;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;
import org.nd4j.linalg.api.ndarray.INDArray;

class SinCosPositionsTest {
  @Test
  void columnFirstPutsTheColumnIntoTheFirstHalf() {
    INDArray table = SinCosPositions.columnFirst(2, 3, 8);

    // patch 5 is at row 1, column 2; frequencies 1 and 1/100
    double[] expected = {
      Math.sin(2), Math.sin(.02), Math.cos(2), Math.cos(.02),
      Math.sin(1), Math.sin(.01), Math.cos(1), Math.cos(.01)
    };
    assertThat(table.shape()).containsExactly(1, 7, 8);
    for (int d = 0; d < 8; d++) {
      assertThat(table.getDouble(0, 0, d)).isZero();
      assertThat(table.getDouble(0, 6, d)).isCloseTo(expected[d], within(1e-7));
    }
  }

  @Test
  void rowFirstSwapsTheHalves() {
    INDArray columns = SinCosPositions.columnFirst(2, 3, 8);
    INDArray rows = SinCosPositions.rowFirst(2, 3, 8);

    for (int patch = 1; patch <= 6; patch++) {
      for (int d = 0; d < 8; d++) {
        assertThat(rows.getDouble(0, patch, d))
            .isCloseTo(columns.getDouble(0, patch, (d + 4) % 8), within(1e-6));
      }
    }
  }

  @Test
  void aDimThatFourDoesNotDivideIsRefused() {
    assertThatThrownBy(() -> SinCosPositions.rowFirst(2, 2, 10))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("multiple of 4, not 10; choose 8");
  }
}
