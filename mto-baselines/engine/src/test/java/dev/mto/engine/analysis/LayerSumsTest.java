package dev.mto.engine.analysis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.mto.data.mask.Mask;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.indexing.NDArrayIndex;

class LayerSumsTest {
  private final INDArray tokens =
      Nd4j.create(new float[] {3, 4, 0, 2, 6, 8, 1, 0, 0, 1, 5, 12}, new int[] {2, 3, 2}, 'c');
  private final List<Mask> masks =
      List.of(
          Mask.of(new boolean[] {true, false, false}), Mask.of(new boolean[] {false, true, true}));

  @Test
  void normsAreMeansOverMaskedAndOverVisibleTokensOfAllImages() {
    LayerFigures figures = new LayerSums().add(2.5, tokens, masks).figures();

    assertThat(figures.heterogeneity()).isEqualTo(2.5);
    assertThat(figures.maskedNorm()).isCloseTo((5 + 1 + 13) / 3.0, within(1e-6));
    assertThat(figures.visibleNorm()).isCloseTo((2 + 10 + 1) / 3.0, within(1e-6));
  }

  @Test
  void everyImageCountsTheSameWhateverBatchItIsIn() {
    INDArray first = tokens.get(NDArrayIndex.interval(0, 1)).dup('c');
    LayerSums sums = new LayerSums();
    sums.add(1, tokens, masks);
    sums.add(4, first, masks.subList(0, 1));

    LayerFigures figures = sums.figures();

    assertThat(figures.heterogeneity()).isCloseTo((1 + 1 + 4) / 3.0, within(1e-12));
    assertThat(figures.maskedNorm()).isCloseTo((5 + 1 + 13 + 5) / 4.0, within(1e-6));
    assertThat(figures.visibleNorm()).isCloseTo((2 + 10 + 1 + 2 + 10) / 5.0, within(1e-6));
  }

  @Test
  void theOrderOfTheArraysInMemoryDoesNotMatter() {
    assertThat(new LayerSums().add(0, tokens.dup('f'), masks).figures())
        .isEqualTo(new LayerSums().add(0, tokens, masks).figures());
  }
}
