package dev.mto.executor.kernels;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

class SelectionTest {
  private final Selection selection = new Selection(2, 2, 3);

  @Test
  void takesTheColumnsOfOnesInTheirOrder() {
    assertThat(selection.read(new float[] {0, 0, 1, 1, 0, 0, 0, 1, 0, 0, 0, 1})).isTrue();

    assertThat(selection.index(0, 0)).isEqualTo(2);
    assertThat(selection.index(0, 1)).isEqualTo(0);
    assertThat(selection.index(1, 0)).isEqualTo(1);
    assertThat(selection.index(1, 1)).isEqualTo(2);
  }

  @Test
  void imagesMayTakeTheSameColumn() {
    assertThat(selection.read(new float[] {1, 0, 0, 0, 1, 0, 1, 0, 0, 0, 1, 0})).isTrue();
  }

  @Test
  void refusesMatricesThatAreNotOneHot() {
    assertRefused("a row without a one", 0, 0, 0, 1, 0, 0, 0, 1, 0, 0, 0, 1);
    assertRefused("a last row without a one", 0, 0, 1, 1, 0, 0, 0, 1, 0, 0, 0, 0);
    assertRefused("two ones in a row", 0, 1, 1, 1, 0, 0, 0, 1, 0, 0, 0, 1);
    assertRefused("a column twice", 0, 0, 1, 0, 0, 1, 0, 1, 0, 0, 0, 1);
    assertRefused("another value", 0, 0, 0.5f, 1, 0, 0, 0, 1, 0, 0, 0, 1);
    assertRefused("a negative value", 0, 0, 1, 1, 0, 0, 0, -1, 0, 0, 0, 1);
    assertRefused("no number", 0, 0, 1, 1, Float.NaN, 0, 0, 1, 0, 0, 0, 1);
  }

  private void assertRefused(String what, float... matrices) {
    assertThat(selection.read(matrices)).as(what).isFalse();
  }

  @Test
  void takesTheColumnsInWhichAMaskHasAValue() {
    Selection ones = new Selection(2, 2, 4);
    float[] mask = {0, 1, 0, 1, 1, 1, 0, 0};

    assertThat(ones.readMask(mask, 1)).isTrue();
    assertThat(new int[] {ones.index(0, 0), ones.index(0, 1), ones.index(1, 0), ones.index(1, 1)})
        .containsExactly(1, 3, 0, 1);
    assertThat(ones.readMask(mask, 0)).isTrue();
    assertThat(new int[] {ones.index(0, 0), ones.index(0, 1), ones.index(1, 0), ones.index(1, 1)})
        .containsExactly(0, 2, 2, 3);
  }

  @Test
  void refusesMasksWithAnotherNumberOfTheValue() {
    Selection ones = new Selection(2, 2, 4);
    assertThat(ones.readMask(new float[] {0, 1, 0, 1, 1, 1, 0, 1}, 1)).as("one more").isFalse();
    assertThat(ones.readMask(new float[] {0, 1, 0, 1, 0, 1, 0, 0}, 1)).as("one less").isFalse();
    assertThat(ones.readMask(new float[] {0, 0, 0, 1, 0, 1, 1, 0}, 1)).as("first row").isFalse();
  }

  @Test
  void onlyPairedSelectionsAreComplementary() {
    Selection masked = new Selection(2, 1, 4);
    Selection visible = new Selection(2, 3, 4);
    assertThat(masked.isComplementOf(visible)).isFalse();

    Selection.pair(masked, visible);

    assertThat(masked.isComplementOf(visible)).isTrue();
    assertThat(visible.isComplementOf(masked)).isTrue();
    assertThat(masked.isComplementOf(new Selection(2, 3, 4))).isFalse();
  }

  @Test
  void selectionsThatDoNotAddUpCannotBePaired() {
    assertThatThrownBy(() -> Selection.pair(new Selection(1, 2, 4), new Selection(1, 3, 4)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("2 and 3 of 4 tokens");
  }
}
