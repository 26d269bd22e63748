package dev.mto.models.weights;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

class WeightNamesTest {
  private static final String QUERY = "vit.encoder.layer.0.attention.attention.query.weight";

  @ParameterizedTest
  @CsvSource({
    "OFFICIAL, official-mae-vit-base",
    "TIMM, timm-vit-base",
    "HUGGINGFACE, huggingface-vit-mae-base"
  })
  void exportOfViTBaseHasTheNamesAndShapesOfItsTarget(WeightNames names, String target)
      throws IOException {
    Map<String, List<Long>> exported = new HashMap<>();
    KeyList.read("official-mae-vit-base")
        .forEach(
            (name, shape) -> {
              INDArray tensor = zeros(shape);
              names
                  .fromOfficial("mae", Map.of(name, tensor))
                  .forEach((key, value) -> exported.put(key, shape(value)));
            });

    assertThat(exported).isEqualTo(KeyList.read(target));
  }

  @Test
  void huggingFaceNamesComeBackWithEveryBit() {
    Map<String, INDArray> official = model();

    Map<String, INDArray> exported = WeightNames.HUGGINGFACE.fromOfficial("mae", official);
    Map<String, INDArray> back = WeightNames.toOfficial(exported);

    assertThat(back.keySet()).containsExactlyElementsOf(official.keySet());
    assertThat(back).isEqualTo(official);
  }

  @Test
  void queriesKeysAndValuesAreTheThirdsOfQkv() {
    INDArray qkv = Nd4j.arange(12).castTo(DataType.FLOAT).reshape(6, 2);

    Map<String, INDArray> parts =
        WeightNames.HUGGINGFACE.fromOfficial(
            "mae", Map.of("decoder_blocks.3.attn.qkv.weight", qkv));

    String attention = "decoder.decoder_layers.3.attention.attention.";
    assertThat(parts).hasSize(3);
    assertThat(parts.get(attention + "query.weight").toFloatMatrix())
        .isEqualTo(new float[][] {{0, 1}, {2, 3}});
    assertThat(parts.get(attention + "key.weight").toFloatMatrix())
        .isEqualTo(new float[][] {{4, 5}, {6, 7}});
    assertThat(parts.get(attention + "value.weight").toFloatMatrix())
        .isEqualTo(new float[][] {{8, 9}, {10, 11}});
  }

  @Test
  void timmGetsTheEncoderUnchanged() {
    Map<String, INDArray> official = model();

    Map<String, INDArray> exported = WeightNames.TIMM.fromOfficial("mae", official);

    assertThat(exported).isNotEmpty();
    assertThat(official).containsAllEntriesOf(exported);
    assertThat(official.keySet())
        .filteredOn(name -> !exported.containsKey(name))
        .allMatch(name -> name.startsWith("decoder_") || name.equals("mask_token"));
    assertThat(WeightNames.toOfficial(exported)).isEqualTo(exported);
  }

  @Test
  void huggingFaceEncoderWithoutItsPrefixIsKnown() {
    Map<String, INDArray> alone = new LinkedHashMap<>();
    WeightNames.HUGGINGFACE
        .fromOfficial("mae", WeightNames.TIMM.fromOfficial("mae", model()))
        .forEach((name, tensor) -> alone.put(name.substring("vit.".length()), tensor));

    assertThat(WeightNames.toOfficial(alone))
        .isEqualTo(WeightNames.TIMM.fromOfficial("mae", model()));
  }

  @ParameterizedTest
  @EnumSource(WeightNames.class)
  void filesAreRecognisedByTheirNames(WeightNames names) {
    assertThat(WeightNames.of(names.fromOfficial("mae", model()).keySet())).isEqualTo(names);
  }

  @Test
  void classifierOfTimmDoesNotHideIt() {
    Map<String, INDArray> tensors = WeightNames.TIMM.fromOfficial("mae", model());
    tensors.put("head.weight", Nd4j.zeros(DataType.FLOAT, 10, 4));

    assertThat(WeightNames.of(tensors.keySet())).isEqualTo(WeightNames.TIMM);
  }

  @ParameterizedTest
  @CsvSource({"simmim, HUGGINGFACE", "conmim, TIMM", "bootmae, HUGGINGFACE"})
  void otherBaselinesAreRefused(String baseline, WeightNames names) {
    assertThatThrownBy(() -> names.fromOfficial(baseline, Map.of()))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining(baseline + " has no names in")
        .hasMessageContaining("use official");
    assertThat(WeightNames.OFFICIAL.fromOfficial(baseline, model())).isEqualTo(model());
  }

  @Test
  void tensorsThatAreNotMaesAreRefused() {
    assertThatThrownBy(
            () ->
                WeightNames.HUGGINGFACE.fromOfficial(
                    "mae", Map.of("blocks.0.gamma_1", Nd4j.zeros(2))))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("blocks.0.gamma_1");
  }

  @Test
  void aMissingPartOfAnAttentionLayerIsNamed() {
    Map<String, INDArray> exported = WeightNames.HUGGINGFACE.fromOfficial("mae", model());
    exported.remove(QUERY);

    assertThatThrownBy(() -> WeightNames.toOfficial(exported))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining(QUERY + " is missing");
  }

  private static Map<String, INDArray> model() {
    return WeightFile.read(DamagedFiles.path("oracle/b_mae/case_ckpt/train_checkpoint.pth"));
  }

  private static INDArray zeros(List<Long> shape) {
    return Nd4j.zeros(DataType.INT8, shape.stream().mapToLong(Long::longValue).toArray());
  }

  private static List<Long> shape(INDArray tensor) {
    return Arrays.stream(tensor.shape()).boxed().toList();
  }
}
