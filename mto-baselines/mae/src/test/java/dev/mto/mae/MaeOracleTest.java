package dev.mto.mae;

import static dev.mto.engine.testing.Closeness.assertClose;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import dev.mto.data.mask.MaeMaskSampler;
import dev.mto.data.mask.Mask;
import dev.mto.engine.testing.Arithmetic;
import dev.mto.engine.testing.OracleCase;
import dev.mto.engine.testing.OracleContract;
import dev.mto.losses.MtoOptions;
import dev.mto.losses.MtoWeights;
import dev.mto.losses.Ranking;
import dev.mto.losses.Reduction;
import dev.mto.models.SinCosPositions;
import dev.mto.models.Tokens;
import dev.mto.models.weights.WeightFile;
import dev.mto.oracle.Oracle;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/** The graph against the numbers of the official implementation. */
class MaeOracleTest extends OracleContract<MaeModel> {
  MaeOracleTest() {
    super("b_mae", "decoder");
  }

  @Override
  protected OracleCase<MaeModel> load(Path folder, Arithmetic arithmetic) {
    return load(folder, arithmetic, true);
  }

  private static OracleCase<MaeModel> load(Path folder, Arithmetic arithmetic, boolean normPix) {
    OracleCase<MaeModel> official =
        OracleCase.load(
            folder,
            arithmetic,
            "image",
            0,
            (vit, values, parameters) ->
                new MaeModel(
                    vit,
                    options(values.get("config"), normPix),
                    values.get("len_keep").asInt(),
                    parameters));
    int keep = official.values().get("len_keep").asInt();
    int[][] order =
        Arrays.stream(official.array("noise").toDoubleMatrix())
            .map(row -> Arrays.copyOf(ascending(row), keep))
            .toArray(int[][]::new);
    official
        .feeds()
        .put("selection", Tokens.selection(order, official.vit().patches(), arithmetic.type()));
    return official;
  }

  private static MaeOptions options(JsonNode config, boolean normPix) {
    return new MaeOptions(
        config.get("decoder_embed_dim").asInt(),
        config.get("decoder_depth").asInt(),
        config.get("decoder_num_heads").asInt(),
        normPix);
  }

  private static int[] ascending(double[] noise) {
    return IntStream.range(0, noise.length)
        .boxed()
        .sorted(Comparator.comparingDouble(i -> noise[i]))
        .mapToInt(Integer::intValue)
        .toArray();
  }

  @Override
  protected Map<String, OracleCase<MaeModel>> losses(Path folder, Arithmetic arithmetic) {
    return Map.of(
        "_raw_pix", load(folder, arithmetic, false), "_norm_pix", load(folder, arithmetic, true));
  }

  @Override
  protected Map<String, SDVariable> compared(OracleCase<MaeModel> official) {
    Map<String, SDVariable> compared = new LinkedHashMap<>();
    compared.put("latent", official.model().latent);
    compared.put("pred", byImage(official, official.model().predicted));
    if (official.has("target_norm_pix")) {
      compared.put("target_norm_pix", byImage(official, official.model().target));
    }
    return compared;
  }

  /** Patches [B*N, P*P*C] as [B, N, P*P*C]. */
  private static SDVariable byImage(OracleCase<MaeModel> official, SDVariable patches) {
    return patches.reshape(-1, official.vit().patches(), official.vit().patchValues());
  }

  List<Path> foldersWithPatches() {
    return folders().stream().filter(f -> Files.exists(f.resolve("patchified.npy"))).toList();
  }

  @ParameterizedTest
  @MethodSource("foldersWithPatches")
  void patchesAreInTheOfficialPixelOrder(Path folder) {
    OracleCase<MaeModel> official = load(folder, Arithmetic.FLOAT64, false);

    INDArray actual = official.value(byImage(official, official.model().target));

    assertClose("patches", actual, official.array("patchified"), 0, 0);
  }

  @ParameterizedTest
  @MethodSource("folders")
  void maskFollowsFromTheNoiseAsInTheOfficialCode(Path folder) {
    OracleCase<MaeModel> official = load(folder, Arithmetic.FLOAT64);
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
  @MethodSource("folders")
  void heterogeneityBeforePositionsEqualsTheReference(Path folder) {
    OracleCase<MaeModel> official = load(folder, Arithmetic.FLOAT64);
    List<SDVariable> before = new ArrayList<>(official.tokens("decoder").layers());
    before.set(0, official.tokens("decoder").beforePosition());

    INDArray actual = official.value(official.addMto(before, "L_r").heterogeneityPerImage().get(0));

    JsonNode expected =
        official.mto("decoder").get("H0_if_layer0_is_taken_before_position_embedding");
    for (int image = 0; image < expected.size(); image++) {
      assertThat(actual.getDouble(image)).isCloseTo(expected.get(image).asDouble(), within(1e-8));
    }
  }

  /** Five steps of AdamW; the key bias has no gradient in theory, so in float32 it is left out. */
  @ParameterizedTest
  @MethodSource("cases")
  void trajectoryOfAdamWFollowsTheOfficialOne(Path folder, Arithmetic arithmetic) {
    for (String run : List.of("adamw", "adamw_mto")) {
      OracleCase<MaeModel> official = load(folder, arithmetic);
      JsonNode expected = official.values().get(run);
      SDVariable loss = official.loss();
      if (run.equals("adamw_mto")) {
        loss = loss.add(weighted(official, expected.get("mto_weights")));
      }

      List<Double> losses = official.train(loss, expected).losses();

      official.assertSteps(run + " loss", losses, expected.get("loss_before_step"));
      official.assertLengths(
          expected.get("param_norm_after_5"),
          name -> arithmetic == Arithmetic.FLOAT64 || !name.endsWith("qkv.bias"));
      if (arithmetic == Arithmetic.FLOAT64) {
        Map<String, INDArray> trained = official.parameters().arrays();
        Oracle.npz(folder.resolve("params_after_5_" + run + ".npz"))
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
  @MethodSource("folders")
  void positionTablesAreTheOfficialOnes(Path folder) {
    OracleCase<MaeModel> official = load(folder, Arithmetic.FLOAT64);
    Map<String, INDArray> weights = WeightFile.read(folder.resolve("weights.npz"));

    Map<String, INDArray> tables = official.parameters().tables();

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

  private static SDVariable weighted(OracleCase<MaeModel> official, JsonNode weights) {
    MtoOptions options =
        MtoOptions.defaults()
            .withReduction(Reduction.SUM)
            .withRanking(Ranking.DESCRIBED)
            .withWeights(
                new MtoWeights(
                    weights.get("spa").asDouble(),
                    weights.get("e").asDouble(),
                    weights.get("r").asDouble()));
    return official.addMto(official.tokens("decoder").layers(), options).weighted();
  }
}
