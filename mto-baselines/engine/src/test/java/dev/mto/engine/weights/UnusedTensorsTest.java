package dev.mto.engine.weights;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mto.engine.errors.UserException;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class UnusedTensorsTest {
  private static final Path FILE = Path.of("weights.pth");
  private static final Set<String> PLAIN =
      Set.of("cls_token", "patch_embed.proj.weight", "blocks.0.norm1.weight", "norm.weight");
  private static final Set<String> PREFIXED =
      Set.of(
          "encoder.cls_token",
          "encoder.patch_embed.proj.weight",
          "encoder.blocks.0.norm1.weight",
          "encoder.norm.weight");

  @ParameterizedTest
  @ValueSource(
      strings = {
        "blocks.0.ls1.gamma",
        "blocks.0.gamma_1",
        "blocks.0.attn.q_norm.weight",
        "blocks.12.norm1.weight",
        "patch_embed.norm.weight",
        "rel_pos_bias.relative_position_bias_table",
        "register_tokens",
        "reg_token",
        "dist_token",
        "pos_embed",
        "norm_pre.weight",
        "rope.freqs",
        "vit.embeddings.register_tokens"
      })
  void whatBelongsToTheFunctionIsRefusedByName(String name) {
    assertThatThrownBy(() -> UnusedTensors.refuse(FILE, List.of("head.weight", name), PLAIN))
        .isInstanceOf(UserException.class)
        .hasMessageStartingWith("weights.pth: holds " + name + ", which the configured model");
    assertThatThrownBy(() -> UnusedTensors.refuse(FILE, List.of("encoder." + name), PREFIXED))
        .isInstanceOf(UserException.class);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "head.weight",
        "fc_norm.bias",
        "mask_token",
        "decoder_pos_embed",
        "decoder_blocks.0.norm1.weight",
        "teacher.blocks.0.norm1.weight",
        "average.blocks.0.norm1.weight",
        "blocks.0.attn.relative_position_index"
      })
  void whatDoesNotBelongToItIsPassedOver(String name) {
    assertThatCode(() -> UnusedTensors.refuse(FILE, List.of(name), PLAIN))
        .doesNotThrowAnyException();
  }

  @Test
  void aTeachersPartsBelongToAModelThatHasOne() {
    Set<String> model =
        Set.of("cls_token", "blocks.0.a", "teacher.cls_token", "teacher.blocks.0.a");

    assertThatThrownBy(() -> UnusedTensors.refuse(FILE, List.of("teacher.blocks.0.ls1"), model))
        .isInstanceOf(UserException.class);
  }

  @Test
  void tensorsAlikeAreNamedOnce() {
    assertThatThrownBy(
            () ->
                UnusedTensors.refuse(
                    FILE, List.of("blocks.0.ls1.gamma", "blocks.1.ls1.gamma"), PLAIN))
        .hasMessageContaining("holds blocks.0 … blocks.1.ls1.gamma, which");
  }

  @Test
  void theOthersAreDescribedByModule() {
    assertThat(
            UnusedTensors.describe(
                List.of("encoder.mask_token", "decoder.0.weight", "decoder.0.bias"), PREFIXED))
        .isEqualTo("3 of its tensors are not used: encoder.mask_token, decoder.*");
  }
}
