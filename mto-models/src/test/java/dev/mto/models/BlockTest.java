package dev.mto.models;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

class BlockTest {
  @Test
  void headsThatDoNotDivideTheWidthMakeTheAttentionNarrower() {
    Block.Config block = new Block.Config(512, 12, 2048, false, 0, null);

    assertThat(block.headDim()).isEqualTo(42);
    assertThat(block.inner()).isEqualTo(504);
  }

  @Test
  void moreHeadsThanChannelsAreRefused() {
    assertThatThrownBy(() -> new Block.Config(4, 5, 16, true, 0, null))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("dim 4 with 5 heads");
  }
}
