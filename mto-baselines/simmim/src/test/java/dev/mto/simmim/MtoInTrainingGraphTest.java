package dev.mto.simmim;

import static dev.mto.engine.testing.Closeness.norm;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import dev.mto.engine.testing.Closeness;
import dev.mto.executor.GraphSession;
import dev.mto.losses.MaskedTokenOptimization;
import dev.mto.losses.MtoOptions;
import dev.mto.losses.MtoTerms;
import dev.mto.losses.Ranking;
import dev.mto.losses.Reduction;
import dev.mto.oracle.Oracle;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/** The losses of MTO on SimMIM's tokens, in float64, with gradients to the model's parameters. */
class MtoInTrainingGraphTest {
  private static final double TOLERANCE = 1e-8;

  /** The reference's full gradients are rounded to float32. */
  private static final double FLOAT_ROUNDING = 1e-7;

  /** L_spa is summed over the visible rows in the reference. */
  private static final MtoOptions OPTIONS = MtoOptions.defaults().withReduction(Reduction.SUM);

  @SuppressWarnings("ImmutableEnumChecker") // the functions have no state
  private enum Loss {
    SPA("L_spa", Ranking.DESCRIBED, MtoTerms::spa),
    E("L_e", Ranking.DESCRIBED, MtoTerms::e),
    R_DESCRIBED("L_r_reversed", Ranking.DESCRIBED, MtoTerms::r),
    R_PRINTED("L_r", Ranking.PRINTED, MtoTerms::r);

    private final String reference;
    private final Ranking ranking;
    private final Function<MtoTerms, SDVariable> term;

    Loss(String reference, Ranking ranking, Function<MtoTerms, SDVariable> term) {
      this.reference = reference;
      this.ranking = ranking;
      this.term = term;
    }
  }

  static Stream<Arguments> losses() {
    return Oracle.cases("c_simmim").stream()
        .flatMap(folder -> Stream.of(Loss.values()).map(loss -> Arguments.of(folder, loss)));
  }

  static List<Path> folders() {
    return Oracle.cases("c_simmim");
  }

  @ParameterizedTest
  @MethodSource("folders")
  void heterogeneityOfEachImageAndLayerEqualsTheReference(Path folder) {
    OracleModel model = OracleModel.load(folder, DataType.DOUBLE);
    MtoTerms terms = add(model, Ranking.DESCRIBED);
    JsonNode expected = model.values().get("mto").get("H");
    List<String> names = new ArrayList<>();
    terms.heterogeneityPerImage().forEach(h -> names.add(h.name()));
    assertThat(names).hasSize(expected.get(0).size());

    try (GraphSession session = GraphSession.forward(model.sameDiff())) {
      session.run(
          model.feeds(),
          names,
          values -> {
            for (int image = 0; image < expected.size(); image++) {
              for (int layer = 0; layer < names.size(); layer++) {
                double h = expected.get(image).get(layer).asDouble();
                assertThat(values.get(names.get(layer)).getDouble(image))
                    .as("H%d of image %d", layer, image)
                    .isCloseTo(h, within(TOLERANCE * h));
              }
            }
          });
    }
  }

  @ParameterizedTest
  @MethodSource("losses")
  void lossAndItsGradientsEqualTheReference(Path folder, Loss loss) {
    OracleModel model = OracleModel.load(folder, DataType.DOUBLE);
    SDVariable term = loss.term.apply(add(model, loss.ranking));
    JsonNode mto = model.values().get("mto");
    Map<String, INDArray> full = Oracle.npz(folder.resolve("grads_" + loss.reference + ".npz"));
    assertThat(full).isNotEmpty();

    try (GraphSession session =
        GraphSession.withGradients(model.sameDiff(), term, model.parameters().names())) {
      session.run(
          model.feeds(),
          List.of(term.name()),
          values -> {
            double value = mto.get("batch_mean").get(loss.reference).asDouble();
            assertThat(values.get(term.name()).getDouble(0))
                .isCloseTo(value, within(TOLERANCE * value));
            Map<String, INDArray> gradients = new LinkedHashMap<>();
            for (String name : session.differentiable()) {
              gradients.put(name, values.get(session.gradientOf(name)));
            }
            assertNorms(gradients, model, mto.get("grad_norm_" + loss.reference));
            assertGradients(gradients, full);
          });
    }
  }

  private static MtoTerms add(OracleModel model, Ranking ranking) {
    return MaskedTokenOptimization.add(
        model.sameDiff(),
        "mto",
        model.model().outputs().tokenGroups().get(0).layers(),
        model.model().outputs().mask(),
        OPTIONS.withRanking(ranking));
  }

  /** A parameter the loss does not depend on has the norm null there, none or 0 here. */
  private static void assertNorms(
      Map<String, INDArray> gradients, OracleModel model, JsonNode norms) {
    double total = 0;
    for (JsonNode norm : norms) {
      total = Math.hypot(total, norm.asDouble());
    }
    assertThat(total).isGreaterThan(0);
    for (String name : model.parameters().names()) {
      double expected = norms.get(name).asDouble();
      double actual = gradients.containsKey(name) ? norm(gradients.get(name)) : 0;
      assertThat(actual).as(name).isCloseTo(expected, within(TOLERANCE * expected + 1e-12 * total));
    }
  }

  private static void assertGradients(
      Map<String, INDArray> gradients, Map<String, INDArray> expected) {
    double scale = expected.values().stream().mapToDouble(Closeness::norm).max().orElseThrow();
    expected.forEach(
        (name, gradient) -> {
          if (gradients.containsKey(name)) {
            Closeness.assertClose(
                name, gradients.get(name), gradient, FLOAT_ROUNDING, 1e-5 * scale);
          } else {
            assertThat(norm(gradient)).as(name).isZero();
          }
        });
  }
}
