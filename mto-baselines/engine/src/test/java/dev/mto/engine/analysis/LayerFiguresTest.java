package dev.mto.engine.analysis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.mto.data.mask.Mask;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

class LayerFiguresTest {
  private final INDArray tokens =
      Nd4j.create(new float[] {3, 4, 0, 2, 6, 8, 1, 0, 0, 1, 5, 12}, new int[] {2, 3, 2}, 'c');
  private final List<Mask> masks =
      List.of(
          Mask.of(new boolean[] {true, false, false}), Mask.of(new boolean[] {false, true, true}));

  @Test
  void normsAreMeansOverMaskedAndOverVisibleTokensOfAllImages() {
    LayerFigures figures = LayerFigures.of(2.5, tokens, masks);

    assertThat(figures.heterogeneity()).isEqualTo(2.5);
    assertThat(figures.maskedNorm()).isCloseTo((5 + 1 + 13) / 3.0, within(1e-6));
    assertThat(figures.visibleNorm()).isCloseTo((2 + 10 + 1) / 3.0, within(1e-6));
  }

  @Test
  void theOrderOfTheArraysInMemoryDoesNotMatter() {
    assertThat(LayerFigures.of(0, tokens.dup('f'), masks))
        .isEqualTo(LayerFigures.of(0, tokens, masks));
  }
}
