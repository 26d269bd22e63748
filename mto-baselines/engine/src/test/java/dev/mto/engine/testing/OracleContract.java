package dev.mto.engine.testing;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.mto.engine.Model;
import dev.mto.models.weights.WeightFile;
import dev.mto.oracle.Bits;
import dev.mto.oracle.Oracle;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.linalg.api.ndarray.INDArray;

/** Numbers of the official implementation that the graph of every baseline must give. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
public abstract class OracleContract<M extends Model> {
  private final String family;
  private final List<String> modules;

  /**
   * A contract for the cases of a family.
   *
   * @param modules encoders or decoders whose tokens the reference has
   */
  protected OracleContract(String family, String... modules) {
    this.family = family;
    this.modules = List.of(modules);
  }

  /** A case with the usual form of the loss. */
  protected abstract OracleCase<M> load(Path folder, Arithmetic arithmetic);

  /** A case with each form of the loss, by the end of its name in the reference. */
  protected Map<String, OracleCase<M>> losses(Path folder, Arithmetic arithmetic) {
    return Map.of("", load(folder, arithmetic));
  }

  /** Variables whose values the reference has, by the name of the file. */
  protected abstract Map<String, SDVariable> compared(OracleCase<M> official);

  /** Share below which gradients are differences of larger numbers. */
  protected double floor(Arithmetic arithmetic) {
    return arithmetic == Arithmetic.FLOAT64 ? 1e-9 : 1e-3;
  }

  /** Whether the reference has all gradients of MTO, not only their norms. */
  protected boolean hasGradientsOfMto() {
    return true;
  }

  /** Every case. */
  protected final List<Path> folders() {
    return Oracle.cases(family);
  }

  /** Every case in every arithmetic. */
  protected final Stream<Arguments> cases() {
    return folders().stream()
        .flatMap(
            folder ->
                Stream.of(Arithmetic.values()).map(arithmetic -> Arguments.of(folder, arithmetic)));
  }

  final Stream<Arguments> modules() {
    return cases()
        .map(Arguments::get)
        .flatMap(of -> modules.stream().map(module -> Arguments.of(of[0], of[1], module)));
  }

  final Stream<Arguments> lossesOfMto() {
    return modules()
        .map(Arguments::get)
        .flatMap(
            of ->
                Stream.of("L_spa", "L_e", "L_r", "L_r_reversed")
                    .map(loss -> Arguments.of(of[0], of[1], of[2], loss)));
  }

  final Stream<Arguments> torchFiles() {
    return folders().stream()
        .flatMap(
            folder ->
                Stream.of("weights", "teacher/weights")
                    .filter(name -> Files.exists(folder.resolve(name + ".pth")))
                    .map(name -> Arguments.of(folder, name)));
  }

  @ParameterizedTest
  @MethodSource("cases")
  void forwardValuesEqualTheOfficialOnes(Path folder, Arithmetic arithmetic) {
    OracleCase<M> official = load(folder, arithmetic);

    official.assertValues(compared(official));
  }

  /** As whoever has the graph gets them, and not by a plan. */
  @ParameterizedTest
  @MethodSource("folders")
  void forwardValuesOfSameDiffInFloat32EqualTheOfficialOnes(Path folder) {
    OracleCase<M> official = load(folder, Arithmetic.FLOAT32);

    official.assertValuesOfSameDiff(compared(official));
  }

  @ParameterizedTest
  @MethodSource("cases")
  void tokensOfEveryLayerEqualTheOfficialOnes(Path folder, Arithmetic arithmetic) {
    OracleCase<M> official = load(folder, arithmetic);

    modules.forEach(official::assertTokens);
  }

  @ParameterizedTest
  @MethodSource("cases")
  void lossAndEveryGradientEqualTheOfficialOnes(Path folder, Arithmetic arithmetic) {
    losses(folder, arithmetic)
        .forEach(
            (form, official) -> {
              double loss = official.values().get("loss" + form).asDouble();
              official.assertScalar(official.loss(), loss);

              Map<String, INDArray> gradients = official.gradients(official.loss());

              double trained = gradients.get(official.loss().name()).getDouble(0);
              Closeness.assertNear("loss" + form, trained, loss, arithmetic.tolerance());
              JsonNode norms = official.values().get("grad_norm" + form);
              for (String name : official.parameters().names()) {
                assertThat(gradients.containsKey(name))
                    .as(name)
                    .isNotEqualTo(norms.get(name).isNull());
              }
              official.assertNorms(gradients, norms, arithmetic.tolerance(), floor(arithmetic));
              official.assertGradients(
                  gradients, "grads" + form, arithmetic.tolerance(), floor(arithmetic));
            });
  }

  @ParameterizedTest
  @MethodSource("modules")
  void heterogeneityOfEachImageAndLayerEqualsTheReference(
      Path folder, Arithmetic arithmetic, String module) {
    load(folder, arithmetic).assertHeterogeneity(module);
  }

  @ParameterizedTest
  @MethodSource("lossesOfMto")
  void lossesOfMtoAndTheirGradientsEqualTheReference(
      Path folder, Arithmetic arithmetic, String module, String loss) {
    OracleCase<M> official = load(folder, arithmetic);
    boolean exact = arithmetic == Arithmetic.FLOAT64;

    Map<String, INDArray> gradients =
        official.assertMto(module, loss, exact ? 1e-6 : floor(arithmetic));

    if (hasGradientsOfMto()) {
      double floor = exact ? 1e-5 : floor(arithmetic);
      official.assertGradients(gradients, "grads_" + loss, arithmetic.toleranceOfMto(), floor);
    }
  }

  @ParameterizedTest
  @MethodSource("torchFiles")
  void torchCheckpointHoldsTheSameWeights(Path folder, String name) {
    Map<String, INDArray> weights = WeightFile.read(folder.resolve(name + ".pth"));

    assertThat(Bits.of(weights)).isEqualTo(Bits.of(WeightFile.read(folder.resolve(name + ".npz"))));
    assertThat(weights.keySet()).containsAll(load(folder, Arithmetic.FLOAT64).parameters().names());
  }
}
