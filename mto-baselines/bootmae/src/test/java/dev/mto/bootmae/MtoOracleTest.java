package dev.mto.bootmae;

import dev.mto.losses.MtoTerms;
import dev.mto.oracle.Oracle;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.nd4j.linalg.api.buffer.DataType;

/** MTO on each decoder, layer 0 after positions, against reference numbers. */
class MtoOracleTest {
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

    official
        .run()
        .assertHeterogeneity(
            add(official, decoder, "L_r").heterogeneityPerImage(),
            official.values().get("mto").get(decoder).get("H"));
  }

  @ParameterizedTest
  @MethodSource("losses")
  void lossesAndTheirGradientsEqualTheReference(Path folder, String decoder, String name) {
    BootMaeCase official = BootMaeCase.load(folder, DataType.DOUBLE);

    official
        .run()
        .assertMto(add(official, decoder, name), name, official.values().get("mto").get(decoder));
  }

  private static MtoTerms add(BootMaeCase official, String decoder, String loss) {
    BootMaeModel graph = official.model();
    BootMaeDecoder.Output branch = decoder.equals("pixel_decoder") ? graph.pixel : graph.feature;
    return official.run().mto(branch.layers(), graph.outputs().mask(), loss);
  }
}
