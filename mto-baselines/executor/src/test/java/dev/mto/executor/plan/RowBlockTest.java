package dev.mto.executor.plan;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class RowBlockTest {
  private static final long[] SHAPE = {2, 3, 5, 7};

  @Test
  void partOfTheFirstDimensionIsOneRun() {
    assertThat(RowBlock.of(SHAPE, 0, 1, 2)).isEqualTo(new RowBlock(1, 105, 210, 105));
  }

  @Test
  void partOfAMiddleDimensionIsARunForEachOfThoseBefore() {
    assertThat(RowBlock.of(SHAPE, 2, 1, 4)).isEqualTo(new RowBlock(6, 21, 35, 7));
  }

  @Test
  void partOfTheLastDimensionIsARunInEachRow() {
    assertThat(RowBlock.of(SHAPE, 3, 6, 7)).isEqualTo(new RowBlock(30, 1, 7, 6));
  }

  @Test
  void nothingHasNoLength() {
    assertThat(RowBlock.of(SHAPE, 1, 2, 2).length()).isZero();
  }
}
