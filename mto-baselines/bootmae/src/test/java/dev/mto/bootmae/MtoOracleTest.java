package dev.mto.bootmae;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import dev.mto.losses.MaskedTokenOptimization;
import dev.mto.losses.MtoOptions;
import dev.mto.losses.MtoTerms;
import dev.mto.losses.Ranking;
import dev.mto.losses.Reduction;
import dev.mto.oracle.Oracle;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/** MTO on each decoder, layer 0 after positions, against reference numbers. */
class MtoOracleTest {
  private static final MtoOptions REFERENCE = MtoOptions.defaults().withReduction(Reduction.SUM);

  static Stream<Arguments> decoders() {
    return Oracle.cases("d_bootmae").stream()
        .flatMap(
            folder ->
                Stream.of("pixel_decoder", "feature_decoder")
                    .map(decoder -> Arguments.of(folder, decoder)));
  }

  static Stream<Arguments> losses() {
    return decoders()
        .flatMap(
            arguments ->
                Stream.of("L_spa", "L_e", "L_r", "L_r_reversed")
                    .map(loss -> Arguments.of(arguments.get()[0], arguments.get()[1], loss)));
  }

  @ParameterizedTest
  @MethodSource("decoders")
  void heterogeneityOfEachImageAndLayerEqualsTheReference(Path folder, String decoder) {
    BootMaeCase official = BootMaeCase.load(folder, DataType.DOUBLE);
    JsonNode expected = official.values().get("mto").get(decoder).get("H");

    List<SDVariable> layers = add(official, decoder, "L_r").heterogeneityPerImage();
    Map<String, INDArray> actual = official.run().values(layers);

    assertThat(layers).hasSize(expected.get(0).size());
    for (int image = 0; image < expected.size(); image++) {
      for (int layer = 0; layer < layers.size(); layer++) {
        assertThat(actual.get(layers.get(layer).name()).getDouble(image))
            .as("H%d of image %d", layer, image)
            .isCloseTo(expected.get(image).get(layer).asDouble(), within(1e-8));
      }
    }
  }

  @ParameterizedTest
  @MethodSource("losses")
  void lossesAndTheirGradientsEqualTheReference(Path folder, String decoder, String name) {
    BootMaeCase official = BootMaeCase.load(folder, DataType.DOUBLE);
    MtoTerms terms = add(official, decoder, name);
    SDVariable loss =
        name.equals("L_spa") ? terms.spa() : name.equals("L_e") ? terms.e() : terms.r();
    JsonNode mto = official.values().get("mto").get(decoder);

    Map<String, INDArray> gradients = official.run().gradients(loss);

    double expected = mto.get("batch_mean").get(name).asDouble();
    assertThat(gradients.get(loss.name()).getDouble(0))
        .isCloseTo(expected, within(1e-8 * expected));
    official.run().assertNorms(gradients, mto.get("grad_norm_" + name), 1e-8, 1e-6);
  }

  private static MtoTerms add(BootMaeCase official, String decoder, String loss) {
    BootMaeModel graph = official.model();
    BootMaeDecoder.Output branch = decoder.equals("pixel_decoder") ? graph.pixel : graph.feature;
    Ranking ranking = loss.equals("L_r") ? Ranking.PRINTED : Ranking.DESCRIBED;
    return MaskedTokenOptimization.add(
        official.run().graph(),
        "mto",
        branch.layers(),
        graph.outputs().mask(),
        REFERENCE.withRanking(ranking));
  }
}
