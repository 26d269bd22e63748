package dev.mto.engine.optimizer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import dev.mto.models.DropPath;
import dev.mto.oracle.Oracle;
import org.junit.jupiter.api.Test;

class LayerDecayTest {
  private static final JsonNode ORACLE =
      Oracle.json(Oracle.folder("e_training").resolve("mae_finetune_param_groups_vitb12.json"));

  private final LayerDecay decay =
      new LayerDecay(ORACLE.get("depth").asInt(), ORACLE.get("layer_decay").asDouble());

  @Test
  void everyParameterIsInItsOfficialGroup() {
    JsonNode parameters = ORACLE.get("params");
    assertThat(parameters.size()).isGreaterThan(100);
    parameters
        .fields()
        .forEachRemaining(
            entry -> {
              String name = entry.getKey();
              ParameterGroup group = decay.of(name, rank(name));
              assertThat(group.rateScale())
                  .as(name)
                  .isCloseTo(entry.getValue().get("lr_scale").asDouble(), within(1e-15));
              assertThat(group.decayed())
                  .as(name)
                  .isEqualTo(entry.getValue().get("weight_decay").asDouble() > 0);
            });
  }

  @Test
  void thePrefixOfSimMimIsNoPartOfTheName() {
    assertThat(decay.of("encoder.blocks.11.attn.qkv.weight", 2))
        .isEqualTo(decay.of("blocks.11.attn.qkv.weight", 2));
    assertThat(decay.of("encoder.cls_token", 3)).isEqualTo(decay.of("cls_token", 3));
    assertThat(decay.of("encoder.cls_token", 3).decayed()).isFalse();
  }

  @Test
  void tablesOfRelativePositionsBelongToTheirBlockAndAreDecayed() {
    ParameterGroup group = decay.of("blocks.3.attn.relative_position_bias_table", 2);

    assertThat(group)
        .isEqualTo(
            new ParameterGroup(
                Math.pow(ORACLE.get("layer_decay").asDouble(), ORACLE.get("depth").asInt() + 1 - 4),
                true));
  }

  @Test
  void dropPathRisesAsInTheOfficialModel() {
    int depth = ORACLE.get("depth").asInt();
    double last = ORACLE.get("drop_path_per_block").get(depth - 1).asDouble();
    for (int block = 0; block < depth; block++) {
      assertThat(DropPath.rate(block, depth, last))
          .isCloseTo(ORACLE.get("drop_path_per_block").get(block).asDouble(), within(1e-8));
    }
  }

  private static int rank(String name) {
    if (name.endsWith(".bias") || name.contains("norm")) {
      return 1;
    }
    return name.startsWith("patch_embed") ? 4 : name.endsWith(".weight") ? 2 : 3;
  }
}
