package dev.mto.mae;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.mto.models.Parameters;
import dev.mto.models.VitConfig;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.nd4j.autodiff.samediff.SameDiff;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/** First values as the official code draws them. */
class InitialValuesTest {
  private static final Map<String, INDArray> VALUES = values();

  private static Map<String, INDArray> values() {
    SameDiff graph = SameDiff.create();
    Parameters parameters =
        new Parameters(graph, DataType.FLOAT, name -> new SplittableRandom(name.hashCode()));
    VitConfig vit = new VitConfig(3, 32, 32, 8, 96, 1, 3, 4, 0, 0, VitConfig.OFFICIAL_INIT_STD);
    new MaeModel(vit, new MaeOptions(64, 1, 4, true), 4, parameters);
    return parameters.arrays();
  }

  @Test
  void weightsAreXavierUniformAndQkvIsOneMatrix() {
    assertUniform("blocks.0.attn.qkv.weight", Math.sqrt(6.0 / (96 + 3 * 96)));
    assertUniform("blocks.0.mlp.fc1.weight", Math.sqrt(6.0 / (96 + 4 * 96)));
    assertUniform("decoder_pred.weight", Math.sqrt(6.0 / (64 + 192)));
    assertUniform("patch_embed.proj.weight", Math.sqrt(6.0 / (96 + 192)));
  }

  @Test
  void patchEmbeddingKeepsTheDefaultBiasOfAConvolution() {
    assertUniform("patch_embed.proj.bias", 1 / Math.sqrt(192));
  }

  @Test
  void biasesAreZeroAndTokensNormal() {
    assertThat(VALUES.get("blocks.0.attn.qkv.bias").amaxNumber().doubleValue()).isZero();
    assertThat(VALUES.get("mask_token").stdNumber().doubleValue()).isCloseTo(.02, within(.008));
    assertThat(VALUES.get("cls_token").stdNumber().doubleValue()).isCloseTo(.02, within(.006));
  }

  private static void assertUniform(String name, double bound) {
    INDArray value = VALUES.get(name);
    double largest = value.amaxNumber().doubleValue();
    assertThat(largest).as(name).isBetween(.9 * bound, bound);
    assertThat(value.stdNumber().doubleValue())
        .as(name)
        .isCloseTo(bound / Math.sqrt(3), within(.12 * bound));
  }
}
