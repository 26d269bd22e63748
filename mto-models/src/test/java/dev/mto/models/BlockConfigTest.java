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
  void encoderBlocksCountTheSameArithmeticAsTheEncoder() {
    VitConfig vit = new VitConfig(3, 224, 224, 16, 192, 12, 3, 4, 0.1, 0);
    double blocks = 12 * BlockConfig.of(vit, QkvBias.ALL).forwardFlops(197);
    double embedding = 2.0 * 196 * 768 * 192;

    assertThat(blocks + embedding).isEqualTo(vit.forwardFlops());
  }

  @Test
  void moreHeadsThanChannelsAreRefused() {
    assertThatThrownBy(() -> new BlockConfig(4, 5, 16, QkvBias.ALL, 0))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("dim 4 with 5 heads");
  }
}
