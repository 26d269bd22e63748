package dev.mto.models.weights;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

class NamedTensorsTest {
  private static final Set<String> MAE =
      Set.of("cls_token", "blocks.0.norm1.weight", "norm.weight", "decoder_pred.weight");
  private static final Set<String> SIMMIM =
      Set.of("encoder.cls_token", "encoder.blocks.0.norm1.weight", "encoder.norm.weight");

  private final INDArray one = Nd4j.ones(1);

  @ParameterizedTest
  @ValueSource(
      strings = {
        "_orig_mod.",
        "module.",
        "model.",
        "backbone.",
        "encoder.",
        "module._orig_mod.",
        "net.student.model."
      })
  void aPrefixOfAllNamesIsTakenOffAndSaid(String prefix) {
    NamedTensors named = NamedTensors.forModel(file(prefix, MAE), MAE);

    assertThat(named.tensors()).containsOnlyKeys(MAE);
    assertThat(named.notes()).containsExactly("prefix '" + prefix + "' was taken off");
  }

  @Test
  void thePrefixOfTheModelsOwnNamesIsKept() {
    NamedTensors named = NamedTensors.forModel(file("", SIMMIM), SIMMIM);

    assertThat(named.tensors()).containsOnlyKeys(SIMMIM);
    assertThat(named.notes()).isEmpty();
  }

  @Test
  void onlyThePrefixBeforeTheModelsOwnIsTakenOff() {
    NamedTensors named = NamedTensors.forModel(file("module.", SIMMIM), SIMMIM);

    assertThat(named.tensors()).containsOnlyKeys(SIMMIM);
    assertThat(named.notes()).containsExactly("prefix 'module.' was taken off");
  }

  @Test
  void anEncoderWithoutTheModelsPrefixGetsIt() {
    Map<String, INDArray> file =
        file("", Set.of("cls_token", "blocks.0.norm1.weight", "norm.weight"));

    NamedTensors named = NamedTensors.forModel(file, SIMMIM);

    assertThat(named.tensors()).containsOnlyKeys(SIMMIM);
    assertThat(named.notes()).containsExactly("prefix 'encoder.' was put before the names");
  }

  @Test
  void namesThatDoNotFitEitherWayStay() {
    Map<String, INDArray> file = file("module.", Set.of("a.weight", "b.weight"));

    NamedTensors named = NamedTensors.forModel(file, MAE);

    assertThat(named).isEqualTo(new NamedTensors(file, List.of()));
  }

  @Test
  void aPrefixOfSomeNamesStays() {
    Map<String, INDArray> file = file("", MAE);
    file.put("teacher.cls_token", one);

    assertThat(NamedTensors.forModel(file, MAE).tensors()).isEqualTo(file);
  }

  @Test
  void thePrefixOfTheOneEncoderIsTakenOffBesideOtherModules() {
    Map<String, INDArray> file = file("net.backbone.", MAE);
    file.put("net.head.weight", one);

    NamedTensors named = NamedTensors.forModel(file, MAE);

    assertThat(named.tensors())
        .containsKeys(MAE.toArray(String[]::new))
        .containsKey("net.head.weight");
    assertThat(named.notes()).containsExactly("prefix 'net.backbone.' was taken off");
  }

  @Test
  void ofTwoEncodersNoneIsChosen() {
    Map<String, INDArray> file = file("student.", MAE);
    file.putAll(file("ema.", MAE));

    assertThat(NamedTensors.forModel(file, MAE)).isEqualTo(new NamedTensors(file, List.of()));
  }

  @Test
  void twoTensorsNeverGetOneName() {
    Map<String, INDArray> file = file("backbone.", MAE);
    file.put("norm.weight", one);

    assertThat(NamedTensors.forModel(file, MAE).tensors()).isEqualTo(file);
  }

  @Test
  void huggingFacesNamesAreReadUnderAPrefix() {
    Map<String, INDArray> file =
        file("module.", Set.of("vit.embeddings.cls_token", "vit.layernorm.weight"));

    assertThat(NamedTensors.forModel(file, MAE).tensors())
        .containsOnlyKeys("cls_token", "norm.weight");
  }

  @Test
  void theNormOfAMeanStandsInForAMissingOne() {
    Map<String, INDArray> file = file("", Set.of("cls_token", "fc_norm.weight", "fc_norm.bias"));

    NamedTensors named = NamedTensors.forModel(file, MAE);

    assertThat(named.tensors()).containsOnlyKeys("cls_token", "norm.weight", "norm.bias");
    assertThat(named.notes()).singleElement().asString().contains("fc_norm", "stands in for norm");
  }

  @Test
  void theNormOfAMeanStaysBesideTheNorm() {
    Map<String, INDArray> file = file("", Set.of("cls_token", "norm.weight", "fc_norm.weight"));

    assertThat(NamedTensors.forModel(file, MAE).tensors()).isEqualTo(file);
  }

  private Map<String, INDArray> file(String prefix, Set<String> names) {
    Map<String, INDArray> file = new LinkedHashMap<>();
    names.forEach(name -> file.put(prefix + name, one));
    return file;
  }
}
