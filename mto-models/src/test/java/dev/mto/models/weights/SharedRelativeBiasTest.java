package dev.mto.models.weights;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.LinkedHashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

class SharedRelativeBiasTest {
  private static final String SHARED = "rel_pos_bias.relative_position_bias_table";

  @Test
  void everyBlockGetsItsOwnCopy() {
    INDArray shared = Nd4j.rand(DataType.FLOAT, 12, 2);
    INDArray before = shared.dup();
    Map<String, INDArray> encoder = new LinkedHashMap<>();
    encoder.put("cls_token", Nd4j.zeros(1, 1, 4));
    encoder.put(SHARED, shared);
    encoder.put("rel_pos_bias.relative_position_index", Nd4j.zeros(DataType.INT64, 5, 5));
    encoder.put("blocks.0.norm1.weight", Nd4j.ones(4));

    Map<String, INDArray> tensors = SharedRelativeBias.perBlock(encoder, 2);
    tensors.get("blocks.0.attn.relative_position_bias_table").addi(1);

    assertThat(tensors.keySet())
        .containsExactly(
            "cls_token",
            "blocks.0.attn.relative_position_bias_table",
            "blocks.1.attn.relative_position_bias_table",
            "blocks.0.norm1.weight");
    assertThat(tensors.get("blocks.1.attn.relative_position_bias_table")).isEqualTo(before);
    assertThat(encoder).containsEntry(SHARED, before).hasSize(4);
  }

  @Test
  void anEncoderWithoutASharedTableIsRefused() {
    assertThatThrownBy(() -> SharedRelativeBias.perBlock(Map.of(), 2))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining(SHARED);
    assertThatThrownBy(() -> SharedRelativeBias.perBlock(Map.of(SHARED, Nd4j.zeros(3, 1)), 0))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("depth 0");
  }
}
