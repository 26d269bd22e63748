package dev.mto.bootmae;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.mto.models.Parameters;
import dev.mto.models.VitConfig;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.nd4j.autodiff.samediff.SameDiff;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/** First values as the official code draws them. */
class InitialValuesTest {
  private static final int DIM = 96;
  private static final int DECODER = 64;
  private static final Map<String, INDArray> VALUES = values();

  private static Map<String, INDArray> values() {
    SameDiff graph = SameDiff.create();
    Parameters parameters =
        new Parameters(graph, DataType.FLOAT, name -> new SplittableRandom(name.hashCode()));
    VitConfig vit = new VitConfig(3, 32, 32, 8, DIM, 1, 3, 4, 0, 0, VitConfig.OFFICIAL_INIT_STD);
    BootMaeOptions options =
        new BootMaeOptions(DECODER, 1, List.of(0, -1), 4, 1, 4, true, 1, List.of(0.999), List.of());
    new BootMaeModel(vit, options, 4, parameters);
    return parameters.arrays();
  }

  @Test
  void weightsAreXavierUniform() {
    assertUniform("patch_embed.proj.weight", Math.sqrt(6.0 / (DIM + 192)));
    assertUniform("blocks.0.attn.proj.weight", Math.sqrt(6.0 / (2 * DIM)));
    assertUniform("blocks.0.mlp.fc1.weight", Math.sqrt(6.0 / (5 * DIM)));
    assertUniform("down.weight", Math.sqrt(6.0 / (DIM + DECODER)));
    assertUniform("lm_head_1.weight", Math.sqrt(6.0 / (2 * DIM)));
  }

  @Test
  void queriesKeysAndValuesOfSelfAttentionAreThreeMatrices() {
    assertUniform("blocks.0.attn.qkv.weight", Math.sqrt(6.0 / (2 * DIM)));
    // three heads of 21 in 64 channels
    assertUniform("decode_blocks.0.attn.qkv.weight", Math.sqrt(6.0 / (63 + DECODER)));
  }

  @Test
  void keysAndValuesOfCrossAttentionAreOneMatrix() {
    assertUniform("decode_blocks.0.c_attn.q.weight", Math.sqrt(6.0 / (63 + DECODER)));
    assertUniform("decode_blocks.0.c_attn.kv.weight", Math.sqrt(6.0 / (2 * 63 + DIM)));
  }

  @Test
  void pixelHeadKeepsTheDefaultOfATransposedConvolution() {
    assertUniform("lm_head.proj.weight", 1 / Math.sqrt(192));
    assertThat(VALUES.get("lm_head.proj.bias").amaxNumber().doubleValue())
        .isBetween(1e-6, 1 / Math.sqrt(192));
  }

  @Test
  void biasesAreZero() {
    for (String name :
        List.of(
            "patch_embed.proj.bias",
            "blocks.0.attn.q_bias",
            "decode_blocks_1.0.c_attn.v_bias",
            "down_1.bias")) {
      assertThat(VALUES.get(name).amaxNumber().doubleValue()).as(name).isZero();
    }
  }

  @Test
  void maskTokensAreCutAtOneDeviationAndTheClassTokenIsTiny() {
    for (String name : List.of("mask_token", "mask_token_1")) {
      assertThat(VALUES.get(name).amaxNumber().doubleValue()).as(name).isBetween(.015, .02);
      // a normal distribution cut at one deviation keeps 0.54 of it
      assertThat(VALUES.get(name).stdNumber().doubleValue())
          .as(name)
          .isCloseTo(.0108, within(.002));
    }
    assertThat(VALUES.get("cls_token").stdNumber().doubleValue()).isCloseTo(1e-6, within(3e-7));
  }

  private static void assertUniform(String name, double bound) {
    INDArray value = VALUES.get(name);
    assertThat(value.amaxNumber().doubleValue()).as(name).isBetween(.98 * bound, bound);
    assertThat(value.stdNumber().doubleValue())
        .as(name)
        .isCloseTo(bound / Math.sqrt(3), within(.03 * bound));
  }
}
