package dev.mto.models.weights;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

class BeitNamesTest {
  private static final String ATTENTION = "encoder.layer.0.attention.attention.";

  /** A model's names in transformers, with official ones. */
  private static final List<String[]> NAMES =
      List.of(
          names("embeddings.cls_token", "cls_token"),
          names("embeddings.mask_token", "mask_token"),
          names("embeddings.position_embeddings", "pos_embed"),
          names("embeddings.patch_embeddings.projection.weight", "patch_embed.proj.weight"),
          names(
              "encoder.relative_position_bias.relative_position_bias_table",
              "rel_pos_bias.relative_position_bias_table"),
          names("encoder.layer.0.lambda_1", "blocks.0.gamma_1"),
          names("encoder.layer.0.lambda_2", "blocks.0.gamma_2"),
          names(ATTENTION + "query.bias", "blocks.0.attn.q_bias"),
          names(ATTENTION + "value.bias", "blocks.0.attn.v_bias"),
          names(
              ATTENTION + "relative_position_bias.relative_position_bias_table",
              "blocks.0.attn.relative_position_bias_table"),
          names("encoder.layer.0.attention.output.dense.weight", "blocks.0.attn.proj.weight"),
          names("encoder.layer.0.intermediate.dense.bias", "blocks.0.mlp.fc1.bias"),
          names("encoder.layer.0.output.dense.weight", "blocks.0.mlp.fc2.weight"),
          names("encoder.layer.0.layernorm_before.weight", "blocks.0.norm1.weight"),
          names("encoder.layer.11.layernorm_after.bias", "blocks.11.norm2.bias"),
          names("pooler.layernorm.weight", "fc_norm.weight"));

  private static String[] names(String beit, String official) {
    return new String[] {beit, official};
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "beit."})
  void namesBecomeOfficial(String prefix) {
    Map<String, INDArray> file = new LinkedHashMap<>();
    Map<String, INDArray> expected = new LinkedHashMap<>();
    for (String[] name : NAMES) {
      INDArray tensor = Nd4j.scalar((float) file.size());
      file.put(prefix + name[0], tensor);
      expected.put(name[1], tensor);
    }

    assertThat(WeightNames.of(file.keySet())).isEqualTo(WeightNames.HUGGINGFACE);
    assertThat(WeightNames.toOfficial(file)).isEqualTo(expected);
  }

  @Test
  void queriesKeysAndValuesAreJoinedInThisOrder() {
    Map<String, INDArray> file = attention();

    Map<String, INDArray> official = WeightNames.toOfficial(file);

    assertThat(official).containsOnlyKeys("cls_token", "blocks.0.attn.qkv.weight");
    assertThat(official.get("blocks.0.attn.qkv.weight").toFloatMatrix())
        .isEqualTo(new float[][] {{1}, {2}, {3}});
  }

  @ParameterizedTest
  @ValueSource(strings = {"query", "key", "value"})
  void aMissingPartIsNamed(String part) {
    Map<String, INDArray> file = attention();
    file.remove("beit." + ATTENTION + part + ".weight");

    assertThatThrownBy(() -> WeightNames.toOfficial(file))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining(ATTENTION + part + ".weight is missing");
  }

  @Test
  void theLastNormOfAModelForMaskedImagesIsOutsideOfTheEncoder() {
    Map<String, INDArray> file = attention();
    file.put("layernorm.weight", Nd4j.ones(1));
    file.put("lm_head.weight", Nd4j.ones(2, 1));

    assertThat(WeightNames.toOfficial(file))
        .containsKeys("norm.weight", "lm_head.weight")
        .doesNotContainKey("layernorm.weight");
  }

  private static Map<String, INDArray> attention() {
    Map<String, INDArray> file = new LinkedHashMap<>();
    file.put("beit.embeddings.cls_token", Nd4j.zeros(1, 1, 1));
    for (String part : List.of("value", "query", "key")) {
      float value = part.equals("query") ? 1 : part.equals("key") ? 2 : 3;
      file.put("beit." + ATTENTION + part + ".weight", Nd4j.createFromArray(value).reshape(1, 1));
    }
    return file;
  }
}
