package dev.mto.engine.testing;

import static dev.mto.engine.testing.Closeness.tolerance;
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
import org.nd4j.linalg.api.buffer.DataType;
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
  protected abstract OracleCase<M> load(Path folder, DataType type);

  /** A case with each form of the loss, by the end of its name in the reference. */
  protected Map<String, OracleCase<M>> losses(Path folder, DataType type) {
    return Map.of("", load(folder, type));
  }

  /** Variables whose values the reference has, by the name of the file. */
  protected abstract Map<String, SDVariable> compared(OracleCase<M> official);

  /** Share below which gradients are differences of larger numbers. */
  protected double floor(DataType type) {
    return type == DataType.DOUBLE ? 1e-9 : 1e-3;
  }

  /** Whether the reference has all gradients of MTO, not only their norms. */
  protected boolean hasGradientsOfMto() {
    return true;
  }

  /** Every case. */
  protected final List<Path> folders() {
    return Oracle.cases(family);
  }

  /** Every case in every type. */
  protected final Stream<Arguments> cases() {
    return folders().stream()
        .flatMap(
            folder ->
                Stream.of(DataType.DOUBLE, DataType.FLOAT).map(type -> Arguments.of(folder, type)));
  }

  final Stream<Arguments> modules() {
    return folders().stream()
        .flatMap(folder -> modules.stream().map(module -> Arguments.of(folder, module)));
  }

  final Stream<Arguments> lossesOfMto() {
    return modules()
        .map(Arguments::get)
        .flatMap(
            module ->
                Stream.of("L_spa", "L_e", "L_r", "L_r_reversed")
                    .map(loss -> Arguments.of(module[0], module[1], loss)));
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
  void forwardValuesEqualTheOfficialOnes(Path folder, DataType type) {
    OracleCase<M> official = load(folder, type);

    official.assertValues(compared(official));
  }

  @ParameterizedTest
  @MethodSource("cases")
  void tokensOfEveryLayerEqualTheOfficialOnes(Path folder, DataType type) {
    OracleCase<M> official = load(folder, type);

    modules.forEach(official::assertTokens);
  }

  @ParameterizedTest
  @MethodSource("cases")
  void lossAndEveryGradientEqualTheOfficialOnes(Path folder, DataType type) {
    losses(folder, type)
        .forEach(
            (form, official) -> {
              double loss = official.values().get("loss" + form).asDouble();
              official.assertScalar(official.loss(), loss);

              Map<String, INDArray> gradients = official.gradients(official.loss());

              double trained = gradients.get(official.loss().name()).getDouble(0);
              Closeness.assertNear("loss" + form, trained, loss, tolerance(type));
              JsonNode norms = official.values().get("grad_norm" + form);
              for (String name : official.parameters().names()) {
                assertThat(gradients.containsKey(name))
                    .as(name)
                    .isNotEqualTo(norms.get(name).isNull());
              }
              official.assertNorms(gradients, norms, tolerance(type), floor(type));
              official.assertGradients(gradients, "grads" + form, tolerance(type), floor(type));
            });
  }

  @ParameterizedTest
  @MethodSource("modules")
  void heterogeneityOfEachImageAndLayerEqualsTheReference(Path folder, String module) {
    load(folder, DataType.DOUBLE).assertHeterogeneity(module);
  }

  @ParameterizedTest
  @MethodSource("lossesOfMto")
  void lossesOfMtoAndTheirGradientsEqualTheReference(Path folder, String module, String loss) {
    OracleCase<M> official = load(folder, DataType.DOUBLE);

    Map<String, INDArray> gradients = official.assertMto(module, loss);

    if (hasGradientsOfMto()) {
      official.assertGradients(gradients, "grads_" + loss, 1e-8, 1e-5);
    }
  }

  @ParameterizedTest
  @MethodSource("torchFiles")
  void torchCheckpointHoldsTheSameWeights(Path folder, String name) {
    Map<String, INDArray> weights = WeightFile.read(folder.resolve(name + ".pth"));

    assertThat(Bits.of(weights)).isEqualTo(Bits.of(WeightFile.read(folder.resolve(name + ".npz"))));
    assertThat(weights.keySet()).containsAll(load(folder, DataType.DOUBLE).parameters().names());
  }
}
