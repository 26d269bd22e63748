package dev.mto.models;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

class BlockConfigTest {
  @Test
  void headsThatDoNotDivideTheWidthMakeTheAttentionNarrower() {
    BlockConfig block = new BlockConfig(512, 12, 2048, QkvBias.QUERY_AND_VALUE, 0);

    assertThat(block.headDim()).isEqualTo(42);
    assertThat(block.inner()).isEqualTo(504);
  }

  @Test
  void arithmeticIsTwoForEachMultiplyAddOfTheMatrixProducts() {
    BlockConfig block = new BlockConfig(8, 2, 32, QkvBias.ALL, 0);

    // 5 tokens: qkv 8x24, projection 8x8, MLP 8x32 twice; scores and mixing 5x5x8 each
    assertThat(block.forwardFlops(5))
        .isEqualTo(2.0 * (5 * (8 * 24 + 8 * 8 + 2 * 8 * 32) + 2 * 5 * 5 * 8));
  }

  @Test
  void moreHeadsThanChannelsAreRefused() {
    assertThatThrownBy(() -> new BlockConfig(4, 5, 16, QkvBias.ALL, 0))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("dim 4 with 5 heads");
  }
}
