package dev.mto.losses;

import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import org.junit.jupiter.api.Test;
import org.nd4j.linalg.factory.Nd4j;

class MaskCheckTest {

  @Test
  void oneVisibleOrOneMaskedTokenIsEnough() {
    assertThatCode(
            () -> MaskCheck.require(Nd4j.createFromArray(new float[][] {{1, 1, 0}, {0, 0, 1}})))
        .doesNotThrowAnyException();
  }

  @Test
  void anImageWithoutVisibleTokensIsNamed() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> MaskCheck.require(Nd4j.createFromArray(new int[][] {{1, 0}, {1, 1}})))
        .withMessageContaining("image 1 leaves 0 visible and 2 masked");
  }

  @Test
  void anImageWithoutMaskedTokensIsNamed() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> MaskCheck.require(Nd4j.createFromArray(new float[][] {{0, 0, 0}})))
        .withMessageContaining("image 0 leaves 3 visible and 0 masked");
  }

  @Test
  void aValueOtherThanZeroAndOneIsNamed() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> MaskCheck.require(Nd4j.createFromArray(new double[][] {{0, 1, 0.5}})))
        .withMessageContaining("image 0 is 0.5 at token 2");
  }

  @Test
  void aMaskOfAnotherRankIsRefused() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> MaskCheck.require(Nd4j.createFromArray(0.0, 1.0)))
        .withMessageContaining("rank 1");
  }
}
