package dev.mto.simmim;

import dev.mto.engine.testing.OracleRun;
import dev.mto.losses.MtoTerms;
import dev.mto.oracle.Oracle;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/** The losses of MTO on SimMIM's tokens, in float64, with gradients to the model's parameters. */
class MtoInTrainingGraphTest {
  static List<Path> folders() {
    return Oracle.cases("c_simmim");
  }

  static Stream<Arguments> losses() {
    return folders().stream()
        .flatMap(
            folder ->
                Stream.of("L_spa", "L_e", "L_r", "L_r_reversed")
                    .map(loss -> Arguments.of(folder, loss)));
  }

  @ParameterizedTest
  @MethodSource("folders")
  void heterogeneityOfEachImageAndLayerEqualsTheReference(Path folder) {
    OracleModel model = OracleModel.load(folder, DataType.DOUBLE);

    model
        .run()
        .assertHeterogeneity(
            add(model, "L_r_reversed").heterogeneityPerImage(), model.values().get("mto").get("H"));
  }

  @ParameterizedTest
  @MethodSource("losses")
  void lossAndItsGradientsEqualTheReference(Path folder, String loss) {
    OracleModel model = OracleModel.load(folder, DataType.DOUBLE);
    OracleRun run = model.run();

    Map<String, INDArray> gradients =
        run.assertMto(add(model, loss), loss, model.values().get("mto"));

    run.assertGradients(gradients, folder.resolve("grads_" + loss + ".npz"), 1e-8, 1e-5);
  }

  private static MtoTerms add(OracleModel model, String loss) {
    return model
        .run()
        .mto(
            model.model().outputs().tokenGroups().get(0).layers(),
            model.model().outputs().mask(),
            loss);
  }
}
