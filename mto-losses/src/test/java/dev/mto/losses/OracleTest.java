package dev.mto.losses;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.assertj.core.api.Assertions.withinPercentage;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import dev.mto.oracle.Oracle;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/** Values and gradients of every reference case found. */
class OracleTest {

  private static final MtoOptions PRINTED =
      MtoOptions.defaults().withRanking(Ranking.PRINTED).withReduction(Reduction.SUM);
  private static final MtoOptions DESCRIBED = PRINTED.withRanking(Ranking.DESCRIBED);

  static Stream<Path> cases() {
    return Oracle.cases("a_mto").stream();
  }

  @ParameterizedTest
  @MethodSource("cases")
  void valuesAgreeInDouble(Path folder) {
    assertValues(folder, DataType.DOUBLE, 1e-9, 1e-12);
  }

  @ParameterizedTest
  @MethodSource("cases")
  void valuesAgreeInFloatWhereRepresentable(Path folder) {
    assumeTrue(representable(folder), "tokens rounded to float32 have another heterogeneity");
    assertValues(folder, DataType.FLOAT, 1e-5, 1e-6);
  }

  @ParameterizedTest
  @MethodSource("cases")
  void eagerValuesAgree(Path folder) {
    JsonNode values = values(folder);
    INDArray tokens = tokens(folder);
    INDArray mask = mask(folder);
    List<double[]> h = new ArrayList<>();
    for (int layer = 0; layer < tokens.size(0); layer++) {
      h.add(EagerMto.heterogeneity(tokens.slice(layer), mask, PRINTED));
      assertClose(h.get(layer), column(values.get("H"), layer), 1e-9, 1e-12);
      assertClose(
          EagerMto.sparsity(tokens.slice(layer), mask, PRINTED),
          column(values.get("L_spa_every_layer"), layer),
          1e-9,
          1e-12);
    }
    MtoOptions mean = PRINTED.withReduction(Reduction.MEAN);
    assertClose(
        EagerMto.sparsity(tokens.slice(0), mask, mean),
        row(values.get("L_spa_layer0_mean_over_visible_rows")),
        1e-9,
        1e-12);
    for (Map.Entry<String, JsonNode> keyed : values.get("L_e").properties()) {
      MtoOptions options = PRINTED.withEpsilon(Double.parseDouble(keyed.getKey()));
      assertClose(
          EagerMto.heterogeneityLoss(h.get(0), options), row(keyed.getValue()), 1e-9, 1e-12);
    }
    assertClose(EagerMto.ranking(h, PRINTED), row(values.get("L_r")), 1e-9, 1e-12);
    assertClose(EagerMto.ranking(h, DESCRIBED), row(values.get("L_r_reversed")), 1e-9, 1e-12);
  }

  @ParameterizedTest
  @MethodSource("cases")
  void gradientsOfTheLossesAgreeInDouble(Path folder) {
    Graph printed = graph(folder, DataType.DOUBLE, PRINTED);
    assertGradient(folder, "grad_L_spa", printed, MtoTerms::spa);
    assertGradient(folder, "grad_L_e", printed, MtoTerms::e);
    assertGradient(folder, "grad_L_r", printed, MtoTerms::r);
    Graph described = graph(folder, DataType.DOUBLE, DESCRIBED);
    assertGradient(folder, "grad_L_r_reversed", described, MtoTerms::r);
  }

  @ParameterizedTest
  @MethodSource("cases")
  void gradientsOfHeterogeneityAgreeInDouble(Path folder) {
    Graph graph = graph(folder, DataType.DOUBLE, PRINTED);
    INDArray expected = Oracle.npy(folder.resolve("grad_H.npy"));
    for (int layer = 0; layer < expected.size(0); layer++) {
      INDArray actual = graph.gradients(graph.terms().heterogeneity().get(layer)).get(layer);
      assertNear(folder, List.of(actual), expected.slice(layer).reshape(1, actual.length()));
    }
  }

  @ParameterizedTest
  @MethodSource("cases")
  void valuesAndGradientsAreFiniteInFloat(Path folder) {
    Graph graph = graph(folder, DataType.FLOAT, PRINTED);
    for (SDVariable loss : losses(graph.terms())) {
      assertThat(graph.scalar(loss)).as(loss.name()).isFinite();
      for (INDArray gradient : graph.gradients(loss)) {
        assertThat(gradient.sumNumber().doubleValue()).as("gradient of " + loss.name()).isFinite();
      }
    }
  }

  private static List<SDVariable> losses(MtoTerms terms) {
    return List.of(terms.spa(), terms.e(), terms.r(), terms.weighted());
  }

  private static void assertValues(Path folder, DataType type, double relative, double nats) {
    JsonNode values = values(folder);
    Graph printed = graph(folder, type, PRINTED);
    Graph described = graph(folder, type, DESCRIBED.withReduction(Reduction.MEAN));
    JsonNode mean = values.get("batch_mean");
    List<SDVariable> perImage = printed.terms().heterogeneityPerImage();
    for (int layer = 0; layer < perImage.size(); layer++) {
      double[] expected = column(values.get("H"), layer);
      assertClose(printed.vector(perImage.get(layer)), expected, relative, nats);
      double ofBatch = Arrays.stream(expected).average().orElseThrow();
      double actual = printed.scalar(printed.terms().heterogeneity().get(layer));
      assertClose(actual, ofBatch, relative, nats);
    }
    assertClose(
        printed.scalar(printed.terms().spa()), mean.get("L_spa").asDouble(), relative, nats);
    assertClose(printed.scalar(printed.terms().r()), mean.get("L_r").asDouble(), relative, nats);
    assertClose(
        described.scalar(described.terms().r()),
        mean.get("L_r_reversed").asDouble(),
        relative,
        nats);
    assertClose(
        described.scalar(described.terms().spa()),
        average(values.get("L_spa_layer0_mean_over_visible_rows")),
        relative,
        nats);
    for (Map.Entry<String, JsonNode> keyed : values.get("L_e").properties()) {
      MtoOptions options = PRINTED.withEpsilon(Double.parseDouble(keyed.getKey()));
      Graph graph = graph(folder, type, options);
      assertInverse(graph, row(keyed.getValue()), relative, nats);
    }
    assertSparsityOfEveryLayer(folder, type, relative, nats);
  }

  /** An error in H⁰ is an error in L_e of its square times as much. */
  private static void assertInverse(Graph graph, double[] expected, double relative, double nats) {
    double mean = Arrays.stream(expected).average().orElseThrow();
    double slope = Arrays.stream(expected).map(e -> e * e).max().orElseThrow();
    assertClose(graph.scalar(graph.terms().e()), mean, relative, nats / 10 * slope);
    assertThat(graph.scalar(graph.terms().largestSlope())).isCloseTo(slope, withinPercentage(30));
  }

  private static boolean representable(Path folder) {
    INDArray rounded = tokens(folder).castTo(DataType.FLOAT).castTo(DataType.DOUBLE);
    JsonNode h = values(folder).get("H");
    for (int layer = 0; layer < rounded.size(0); layer++) {
      double[] actual = EagerMto.heterogeneity(rounded.slice(layer), mask(folder), PRINTED);
      double[] expected = column(h, layer);
      for (int image = 0; image < expected.length; image++) {
        if (Math.abs(actual[image] - expected[image]) > 1e-6) {
          return false;
        }
      }
    }
    return true;
  }

  /** L_spa takes layer 0, so each layer in turn is made the first. */
  private static void assertSparsityOfEveryLayer(
      Path folder, DataType type, double relative, double nats) {
    INDArray tokens = tokens(folder);
    JsonNode expected = values(folder).get("L_spa_every_layer");
    for (int layer = 0; layer < tokens.size(0); layer++) {
      INDArray rotated = tokens.dup();
      rotated.slice(0).assign(tokens.slice(layer));
      Graph graph = new Graph(rotated, mask(folder), type, PRINTED);
      double ofBatch = Arrays.stream(column(expected, layer)).average().orElseThrow();
      assertClose(graph.scalar(graph.terms().spa()), ofBatch, relative, nats);
    }
  }

  private static void assertGradient(
      Path folder, String file, Graph graph, Function<MtoTerms, SDVariable> loss) {
    INDArray expected = Oracle.npy(folder.resolve(file + ".npy"));
    assertNear(folder, graph.gradients(loss.apply(graph.terms())), expected);
  }

  private static void assertNear(Path folder, List<INDArray> actual, INDArray expected) {
    double squaredDifference = 0;
    for (int layer = 0; layer < actual.size(); layer++) {
      INDArray layerExpected = expected.slice(layer).dup('c').reshape(actual.get(layer).shape());
      INDArray difference = actual.get(layer).sub(layerExpected);
      squaredDifference += Math.pow(difference.norm2Number().doubleValue(), 2);
    }
    double norm = expected.norm2Number().doubleValue();
    assertThat(Math.sqrt(squaredDifference))
        .as("norm of the gradient's difference, gradient norm " + norm)
        .isLessThanOrEqualTo(gradientTolerance(folder, norm));
  }

  /** The reference gradients of tiny tokens suffer cancellation; those named absolute are zero. */
  private static double gradientTolerance(Path folder, double norm) {
    String name = folder.getFileName().toString();
    if (name.startsWith("tiny")) {
      return 1e-4 * norm;
    }
    boolean absolute = Stream.of("all_equal", "all_zero", "huge").anyMatch(name::startsWith);
    return absolute ? 1e-9 : 1e-9 * norm + 1e-12;
  }

  private static Graph graph(Path folder, DataType type, MtoOptions options) {
    return new Graph(tokens(folder), mask(folder), type, options);
  }

  private static INDArray tokens(Path folder) {
    return Oracle.npy(folder.resolve("tokens.npy"));
  }

  private static INDArray mask(Path folder) {
    return Oracle.npy(folder.resolve("mask.npy"));
  }

  private static JsonNode values(Path folder) {
    return Oracle.json(folder.resolve("values.json"));
  }

  private static double[] row(JsonNode numbers) {
    return StreamSupport.stream(numbers.spliterator(), false)
        .mapToDouble(JsonNode::asDouble)
        .toArray();
  }

  private static double[] column(JsonNode rows, int column) {
    return StreamSupport.stream(rows.spliterator(), false)
        .mapToDouble(numbers -> numbers.get(column).asDouble())
        .toArray();
  }

  private static double average(JsonNode numbers) {
    return Arrays.stream(row(numbers)).average().orElseThrow();
  }

  private static void assertClose(
      double[] actual, double[] expected, double relative, double absolute) {
    assertThat(actual).hasSameSizeAs(expected);
    for (int i = 0; i < expected.length; i++) {
      assertClose(actual[i], expected[i], relative, absolute);
    }
  }

  private static void assertClose(
      double actual, double expected, double relative, double absolute) {
    assertThat(actual).isCloseTo(expected, within(relative * Math.abs(expected) + absolute));
  }
}
