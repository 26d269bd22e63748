package dev.mto.mae;

import static dev.mto.engine.testing.Closeness.assertClose;
import static dev.mto.engine.testing.Closeness.tolerance;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import dev.mto.data.mask.MaeMaskSampler;
import dev.mto.data.mask.Mask;
import dev.mto.engine.testing.Closeness;
import dev.mto.engine.testing.OracleRun;
import dev.mto.losses.MaskedTokenOptimization;
import dev.mto.losses.MtoOptions;
import dev.mto.losses.MtoTerms;
import dev.mto.losses.MtoWeights;
import dev.mto.losses.Ranking;
import dev.mto.losses.Reduction;
import dev.mto.models.SinCosPositions;
import dev.mto.models.weights.WeightFile;
import dev.mto.oracle.Oracle;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.indexing.NDArrayIndex;

/** The graph against the numbers of the official implementation. */
class MaeOracleTest {
  static List<Path> folders() {
    return Oracle.cases("b_mae");
  }

  static Stream<Arguments> cases() {
    return folders().stream()
        .flatMap(
            folder ->
                Stream.of(DataType.DOUBLE, DataType.FLOAT).map(type -> Arguments.of(folder, type)));
  }

  static Stream<Arguments> losses() {
    return folders().stream()
        .flatMap(
            folder ->
                Stream.of("L_spa", "L_e", "L_r", "L_r_reversed")
                    .map(loss -> Arguments.of(folder, loss)));
  }

  @ParameterizedTest
  @MethodSource("cases")
  void forwardValuesEqualTheOfficialOnes(Path folder, DataType type) {
    MaeCase official = MaeCase.load(folder, type, true);
    MaeModel graph = official.model();
    List<SDVariable> wanted = new ArrayList<>(graph.outputs().tokenGroups().get(0).layers());
    wanted.addAll(List.of(graph.latent, graph.predicted, graph.target, graph.outputs().loss()));

    Map<String, INDArray> actual = official.run().values(wanted);

    double tolerance = tolerance(type);
    assertClose("latent", actual.get(graph.latent.name()), official.array("latent"), tolerance, 0);
    INDArray predicted = official.array("pred");
    assertClose(
        "pred",
        actual.get(graph.predicted.name()).reshape('c', predicted.shape()),
        predicted,
        tolerance,
        0);
    if (official.has("target_norm_pix")) {
      INDArray target = official.array("target_norm_pix");
      assertClose(
          "target",
          actual.get(graph.target.name()).reshape('c', target.shape()),
          target,
          tolerance,
          0);
    }
    INDArray tokens = official.array("decoder_tokens");
    assertThat(graph.outputs().tokenGroups().get(0).layers()).hasSize((int) tokens.size(0));
    for (int layer = 0; layer < graph.outputs().tokenGroups().get(0).layers().size(); layer++) {
      INDArray patches =
          tokens.get(
              NDArrayIndex.point(layer),
              NDArrayIndex.all(),
              NDArrayIndex.interval(1, tokens.size(2)),
              NDArrayIndex.all());
      assertClose(
          "h" + layer,
          actual.get(graph.outputs().tokenGroups().get(0).layers().get(layer).name()),
          patches.dup('c'),
          tolerance,
          0);
    }
  }

  static List<Path> foldersWithPatches() {
    return folders().stream().filter(f -> Files.exists(f.resolve("patchified.npy"))).toList();
  }

  static List<Path> foldersWithTorchFile() {
    return folders().stream().filter(f -> Files.exists(f.resolve("weights.pth"))).toList();
  }

  @ParameterizedTest
  @MethodSource("foldersWithPatches")
  void patchesAreInTheOfficialPixelOrder(Path folder) {
    MaeCase official = MaeCase.load(folder, DataType.DOUBLE, false);
    SDVariable target = official.model().target;
    INDArray expected = official.array("patchified");

    INDArray actual = official.run().values(List.of(target)).get(target.name());

    assertClose("patches", actual.reshape('c', expected.shape()), expected, 0, 0);
  }

  @ParameterizedTest
  @MethodSource("folders")
  void maskFollowsFromTheNoiseAsInTheOfficialCode(Path folder) {
    MaeCase official = MaeCase.load(folder, DataType.DOUBLE, true);
    MaeMaskSampler sampler =
        new MaeMaskSampler(
            official.vit().patches(), official.values().get("config").get("mask_ratio").asDouble());
    double[][] noise = official.array("noise").toDoubleMatrix();
    double[][] expected = official.array("mask").castTo(DataType.DOUBLE).toDoubleMatrix();

    for (int image = 0; image < noise.length; image++) {
      Mask mask = sampler.rank(noise[image]);
      for (int token = 0; token < mask.tokens(); token++) {
        assertThat(mask.isMasked(token)).isEqualTo(expected[image][token] == 1);
      }
    }
  }

  @ParameterizedTest
  @MethodSource("cases")
  void lossAndEveryGradientEqualTheOfficialOnes(Path folder, DataType type) {
    for (String pixels : List.of("raw_pix", "norm_pix")) {
      MaeCase official = MaeCase.load(folder, type, pixels.equals("norm_pix"));
      SDVariable loss = official.model().outputs().loss();

      Map<String, INDArray> gradients = official.run().gradients(loss);

      double expected = official.values().get("loss_" + pixels).asDouble();
      assertThat(gradients.get(loss.name()).getDouble(0))
          .isCloseTo(expected, within(tolerance(type) * expected));
      JsonNode norms = official.values().get("grad_norm_" + pixels);
      double floor = OracleRun.floor(type);
      official.run().assertNorms(gradients, norms, tolerance(type), floor);
      official
          .run()
          .assertGradients(
              gradients, folder.resolve("grads_" + pixels + ".npz"), tolerance(type), floor);
    }
  }

  @ParameterizedTest
  @MethodSource("folders")
  void heterogeneityOfEachImageAndLayerEqualsTheReference(Path folder) {
    MaeCase official = MaeCase.load(folder, DataType.DOUBLE, true);
    JsonNode mto = official.values().get("mto");

    official
        .run()
        .assertHeterogeneity(
            add(official, official.model().outputs().tokenGroups().get(0).layers(), "L_r")
                .heterogeneityPerImage(),
            mto.get("H"));

    MaeCase again = MaeCase.load(folder, DataType.DOUBLE, true);
    List<SDVariable> before =
        new ArrayList<>(again.model().outputs().tokenGroups().get(0).layers());
    before.set(0, again.model().outputs().tokenGroups().get(0).beforePosition());
    MtoTerms terms = add(again, before, "L_r");
    SDVariable first = terms.heterogeneityPerImage().get(0);
    INDArray actual = again.run().values(List.of(first)).get(first.name());
    JsonNode expected = mto.get("H0_if_layer0_is_taken_before_position_embedding");
    for (int image = 0; image < expected.size(); image++) {
      assertThat(actual.getDouble(image)).isCloseTo(expected.get(image).asDouble(), within(1e-8));
    }
  }

  @ParameterizedTest
  @MethodSource("losses")
  void lossesOfMtoAndTheirGradientsEqualTheReference(Path folder, String name) {
    MaeCase official = MaeCase.load(folder, DataType.DOUBLE, true);
    MtoTerms terms = add(official, official.model().outputs().tokenGroups().get(0).layers(), name);

    Map<String, INDArray> gradients =
        official.run().assertMto(terms, name, official.values().get("mto"));

    official.run().assertGradients(gradients, folder.resolve("grads_" + name + ".npz"), 1e-8, 1e-5);
  }

  /** Five steps of AdamW; the key bias has no gradient in theory, so in float32 it is left out. */
  @ParameterizedTest
  @MethodSource("cases")
  void trajectoryOfAdamWFollowsTheOfficialOne(Path folder, DataType type) {
    for (String run : List.of("adamw", "adamw_mto")) {
      MaeCase official = MaeCase.load(folder, type, true);
      JsonNode expected = official.values().get(run);
      SDVariable loss = official.model().outputs().loss();
      if (run.equals("adamw_mto")) {
        loss = loss.add(weighted(official, expected.get("mto_weights")));
      }

      List<Double> losses = official.run().train(loss, expected, official.model()::decayed);

      for (int step = 0; step < losses.size(); step++) {
        double reference = expected.get("loss_before_step").get(step).asDouble();
        assertThat(losses.get(step))
            .as(run + " loss " + step)
            .isCloseTo(reference, within(tolerance(type) * reference));
      }
      Map<String, INDArray> trained = official.run().parameters().arrays();
      expected
          .get("param_norm_after_5")
          .properties()
          .forEach(
              entry -> {
                INDArray actual = trained.get(entry.getKey());
                if (actual != null && !(type == DataType.FLOAT && hasKeyBias(entry.getKey()))) {
                  double norm = entry.getValue().asDouble();
                  assertThat(Closeness.norm(actual))
                      .as(run + " " + entry.getKey())
                      .isCloseTo(norm, within(tolerance(type) * norm));
                }
              });
      if (type == DataType.DOUBLE) {
        String file =
            run.equals("adamw") ? "params_after_5_adamw.npz" : "params_after_5_adamw_mto.npz";
        Oracle.npz(folder.resolve(file))
            .forEach(
                (name, value) -> {
                  if (trained.containsKey(name)) {
                    assertClose(run + " " + name, trained.get(name), value, 1e-8, 0);
                  }
                });
      }
    }
  }

  @ParameterizedTest
  @MethodSource("foldersWithTorchFile")
  void torchCheckpointHoldsTheSameWeights(Path folder) {
    assertThat(WeightFile.read(folder.resolve("weights.pth")))
        .isEqualTo(WeightFile.read(folder.resolve("weights.npz")));
  }

  @ParameterizedTest
  @MethodSource("folders")
  void positionTablesAreTheOfficialOnes(Path folder) {
    MaeCase official = MaeCase.load(folder, DataType.DOUBLE, true);
    Map<String, INDArray> weights = WeightFile.read(folder.resolve("weights.npz"));

    Map<String, INDArray> tables = official.run().parameters().tables();

    assertThat(tables.keySet()).containsExactly("pos_embed", "decoder_pos_embed");
    tables.forEach((name, table) -> assertClose(name, table, weights.get(name), 1e-7, 0));
  }

  @Test
  void fullSizePositionTablesAreTheOfficialOnes() {
    JsonNode tables = Oracle.json(folders().get(0).resolveSibling("sincos.json")).get("tables");
    assertThat(tables).isNotEmpty();
    for (Map.Entry<String, JsonNode> entry : tables.properties()) {
      JsonNode expected = entry.getValue();
      INDArray table =
          SinCosPositions.columnFirst(14, 14, Integer.parseInt(entry.getKey()))
              .castTo(DataType.DOUBLE);
      double sum = expected.get("sum").asDouble();
      assertThat(table.sumNumber().doubleValue()).isCloseTo(sum, within(1e-7 * sum));
      int stride = expected.get("row_stride").asInt();
      for (Map.Entry<String, JsonNode> row : expected.get("rows").properties()) {
        for (int k = 0; k < row.getValue().size(); k++) {
          assertThat(table.getDouble(0, Integer.parseInt(row.getKey()), (long) k * stride))
              .as("dim %s, row %s, value %d", entry.getKey(), row.getKey(), k * stride)
              .isCloseTo(row.getValue().get(k).asDouble(), within(1e-7));
        }
      }
    }
  }

  private static boolean hasKeyBias(String name) {
    return name.endsWith("qkv.bias");
  }

  private static SDVariable weighted(MaeCase official, JsonNode weights) {
    MtoOptions options =
        MtoOptions.defaults()
            .withReduction(Reduction.SUM)
            .withRanking(Ranking.DESCRIBED)
            .withWeights(
                new MtoWeights(
                    weights.get("spa").asDouble(),
                    weights.get("e").asDouble(),
                    weights.get("r").asDouble()));
    return MaskedTokenOptimization.add(
            official.run().graph(),
            "mto",
            official.model().outputs().tokenGroups().get(0).layers(),
            official.model().outputs().mask(),
            options)
        .weighted();
  }

  private static MtoTerms add(MaeCase official, List<SDVariable> layers, String loss) {
    return official.run().mto(layers, official.model().outputs().mask(), loss);
  }
}
