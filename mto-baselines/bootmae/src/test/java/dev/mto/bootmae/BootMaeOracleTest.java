package dev.mto.bootmae;

import static dev.mto.engine.testing.Closeness.assertClose;
import static dev.mto.engine.testing.Closeness.assertNear;
import static dev.mto.engine.testing.Closeness.norm;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import dev.mto.data.mask.BlockMaskSampler;
import dev.mto.data.mask.BootMaeMaskSampler;
import dev.mto.data.mask.Mask;
import dev.mto.engine.testing.Arithmetic;
import dev.mto.engine.testing.OracleCase;
import dev.mto.engine.testing.OracleContract;
import dev.mto.models.Patches;
import dev.mto.models.weights.WeightFile;
import dev.mto.oracle.Oracle;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/** The graph, its mask and its schedules against the numbers of the official implementation. */
class BootMaeOracleTest extends OracleContract<BootMaeModel> {
  BootMaeOracleTest() {
    super("d_bootmae", "pixel decoder", "feature decoder");
  }

  @Override
  protected OracleCase<BootMaeModel> load(Path folder, Arithmetic arithmetic) {
    return BootMaeCase.load(folder, arithmetic, true);
  }

  @Override
  protected Map<String, SDVariable> compared(OracleCase<BootMaeModel> official) {
    BootMaeModel graph = official.model();
    Patches patches = new Patches(official.vit());
    return Map.of(
        "pixel_pred", patches.join(graph.pixel.predicted()),
        "target_pixels", patches.join(graph.pixelTarget),
        "feature_pred", byImage(official, graph.feature.predicted()),
        "ema_feature", byImage(official, graph.featureTarget),
        "loss_weight", graph.lossWeights);
  }

  /** Tokens [B*N, D] as [B, N, D]. */
  private static SDVariable byImage(OracleCase<BootMaeModel> official, SDVariable tokens) {
    return tokens.reshape(-1, official.vit().patches(), official.vit().dim());
  }

  @Override
  protected boolean hasGradientsOfMto() {
    return false;
  }

  @ParameterizedTest
  @MethodSource("cases")
  void lossesWithAndWithoutWeightedMaskEqualTheOfficialOnes(Path folder, Arithmetic arithmetic) {
    for (boolean weighted : List.of(true, false)) {
      OracleCase<BootMaeModel> official = BootMaeCase.load(folder, arithmetic, weighted);
      BootMaeModel graph = official.model();
      String suffix = weighted ? "" : "_without_weight_mask";
      double pixel = official.values().get("R_loss" + suffix).asDouble();
      double feature = official.values().get("P_loss" + suffix).asDouble();
      double weight = official.values().get("feature_weight").asDouble();

      official.assertScalar(graph.outputs().lossParts().get("pixel"), pixel);
      official.assertScalar(graph.outputs().lossParts().get("feature"), feature);
      official.assertScalar(official.loss(), pixel + weight * feature);
    }
  }

  @ParameterizedTest
  @MethodSource("folders")
  void theTeacherGetsNoGradient(Path folder) {
    OracleCase<BootMaeModel> official = load(folder, Arithmetic.FLOAT64);

    assertThat(official.parameters().names())
        .noneMatch(name -> name.startsWith(BootMaeModel.TEACHER));
    assertThat(official.gradients(official.loss()).keySet())
        .noneMatch(name -> name.startsWith(BootMaeModel.TEACHER));
  }

  @ParameterizedTest
  @MethodSource("cases")
  void teacherMovesAsTheOfficialAverage(Path folder, Arithmetic arithmetic) {
    OracleCase<BootMaeModel> official = load(folder, arithmetic);
    double tolerance = arithmetic == Arithmetic.FLOAT64 ? 1e-12 : 1e-6;
    JsonNode example = official.values().get("ema_example");
    INDArray moved =
        official.model().teacher.arrays().get(BootMaeModel.TEACHER + example.get("name").asText());
    double before = example.get("ema_norm_before").asDouble();
    double after = example.get("ema_norm_after").asDouble();

    assertNear("before", norm(moved), before, tolerance);
    arithmetic.change(
        state -> official.model().teacher.move(example.get("decay").asDouble(), state));
    assertNear("after", norm(moved), after, tolerance);
  }

  @ParameterizedTest
  @MethodSource("folders")
  void teacherHoldsEveryTrainedTensorOfTheOfficialAverage(Path folder) {
    OracleCase<BootMaeModel> official = load(folder, Arithmetic.FLOAT32);
    List<String> averaged =
        WeightFile.read(folder.resolve("weights.pth"), "model_ema").keySet().stream()
            .filter(name -> !official.parameters().tables().containsKey(name))
            .map(name -> BootMaeModel.TEACHER + name)
            .toList();

    assertThat(official.model().teacher.arrays().keySet())
        .containsExactlyInAnyOrderElementsOf(averaged);
  }

  @ParameterizedTest
  @MethodSource("folders")
  void schedulesAreTheOfficialOnes(Path folder) {
    JsonNode schedules = Oracle.json(folder.resolve("values.json")).get("schedules");
    BootMaeOptions base = options(List.of(0.999, 0.9999, 0.99999), List.of(100, 400));
    BootMaeOptions large = options(List.of(0.999, 0.9999), List.of(100));

    forEach(
        schedules.get("ema_decay_by_epoch_dynamic"),
        (epoch, value) -> assertThat(base.emaDecayAt(epoch)).isCloseTo(value, within(1e-12)));
    forEach(
        schedules.get("ema_decay_by_epoch_static"),
        (epoch, value) -> assertThat(large.emaDecayAt(epoch)).isCloseTo(value, within(1e-12)));
    forEach(
        schedules.get("feature_weight_by_epoch_of_801"),
        (epoch, value) ->
            assertThat(base.featureWeightAt(epoch, 801)).isCloseTo(value, within(1e-12)));
  }

  private static BootMaeOptions options(List<Double> emaDecay, List<Integer> emaEpochs) {
    return new BootMaeOptions(4, 1, List.of(0, -1), 1, 1, 1, true, 1, emaDecay, emaEpochs);
  }

  private interface EpochValue {
    void of(int epoch, double value);
  }

  private static void forEach(JsonNode values, EpochValue check) {
    assertThat(values.size()).isGreaterThan(1);
    for (Map.Entry<String, JsonNode> entry : values.properties()) {
      check.of(Integer.parseInt(entry.getKey()), entry.getValue().asDouble());
    }
  }

  @ParameterizedTest
  @MethodSource("folders")
  void masksFollowFromBlocksNoiseAndRollAsInTheOfficialCode(Path folder) {
    OracleCase<BootMaeModel> official = load(folder, Arithmetic.FLOAT64);
    int side = official.vit().gridWidth();
    BootMaeMaskSampler sampler =
        new BootMaeMaskSampler(
            new BlockMaskSampler(official.vit().gridHeight(), side, 1, 1, 1, 0),
            official.values().get("config").get("mask_num").asInt());
    INDArray blocks = official.array("block_mask").castTo(DataType.DOUBLE);
    INDArray noise = official.array("rand");
    INDArray masks = official.array("mask").castTo(DataType.DOUBLE);
    int used = official.values().get("config").get("roll").asInt();
    for (int image = 0; image < blocks.size(0); image++) {
      double[] block = blocks.slice(image).dup('c').data().asDouble();
      boolean[] inBlock = new boolean[block.length];
      IntStream.range(0, block.length).forEach(i -> inBlock[i] = block[i] == 1);
      double[] uniform = noise.slice(image).dup('c').data().asDouble();
      for (int roll = 0; roll < 4; roll++) {
        int[] expected =
            official.array("idx_shuffle_roll" + roll).getRow(image).dup('c').toIntVector();
        assertThat(sampler.order(inBlock, uniform, roll)).as("roll %d", roll).isEqualTo(expected);
      }
      Mask mask = sampler.mask(sampler.order(inBlock, uniform, used));
      List<Double> values = new ArrayList<>();
      IntStream.range(0, mask.tokens()).forEach(i -> values.add(mask.isMasked(i) ? 1.0 : 0.0));
      double[] expected = masks.getRow(image).toDoubleVector();
      assertThat(values)
          .containsExactly(
              IntStream.range(0, expected.length)
                  .mapToObj(i -> expected[i])
                  .toArray(Double[]::new));
    }
  }

  @ParameterizedTest
  @MethodSource("folders")
  void positionTablesAreTheOfficialOnes(Path folder) {
    Map<String, INDArray> tables = load(folder, Arithmetic.FLOAT64).parameters().tables();

    assertThat(tables.keySet()).containsExactly("pos_embed", "de_pos_embed");
    tables.forEach(
        (name, table) ->
            assertClose(name, table, Oracle.npy(folder.resolve(name + ".npy")), 3e-8, 0));
  }
}
