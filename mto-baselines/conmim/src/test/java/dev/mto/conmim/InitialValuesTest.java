package dev.mto.conmim;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.mto.conmim.ConMimOptions.MaskShape;
import dev.mto.data.image.Photometric;
import dev.mto.models.Parameters;
import dev.mto.models.VitConfig;
import dev.mto.oracle.Bits;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.nd4j.autodiff.samediff.SameDiff;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/** First values as the official code draws them. */
class InitialValuesTest {
  /** Standard deviation of a normal cut at one of its own deviations. */
  private static final double CUT_NORMAL = 0.5397;

  private final SameDiff graph = SameDiff.create();
  private final Parameters student =
      new Parameters(graph, DataType.FLOAT, name -> new SplittableRandom(name.hashCode()));
  private final ConMimModel model = model();
  private final Map<String, INDArray> values = student.arrays();

  private ConMimModel model() {
    VitConfig vit = new VitConfig(3, 32, 32, 8, 96, 2, 3, 4, 0.1, 0, VitConfig.OFFICIAL_INIT_STD);
    ConMimOptions options =
        new ConMimOptions(128, 64, 32, 0.1, 0.996, MaskShape.UNITS, 4, 1, 10, Photometric.conMim());
    return new ConMimModel(vit, options, student);
  }

  @Test
  void weightsAreNormalCutAtOneDeviation() {
    assertCutNormal("projectors.0.weight", 0.02);
    assertCutNormal("projectors.3.weight", 0.02);
    assertCutNormal("projectors.6.weight", 0.02);
    assertCutNormal("lm_head.weight", 0.02);
    assertCutNormal("patch_embed.proj.weight", 0.02);
  }

  @Test
  void lastWeightsOfBothBranchesShrinkWithDepth() {
    assertCutNormal("blocks.1.attn.proj.weight", 0.02 / 2);
    assertCutNormal("blocks.1.mlp.fc2.weight", 0.02 / 2);
    assertCutNormal("blocks.1.mlp.fc1.weight", 0.02);
  }

  @Test
  void normsStartAsTheIdentityAndBiasesAtZero() {
    assertThat(values.get("projectors.1.weight").minNumber().doubleValue()).isEqualTo(1);
    assertThat(values.get("projectors.1.weight").maxNumber().doubleValue()).isEqualTo(1);
    assertThat(values.get("projectors.1.bias").amaxNumber().doubleValue()).isZero();
    assertThat(values.get("lm_head.bias").amaxNumber().doubleValue()).isZero();
    assertThat(values).doesNotContainKeys("projectors.7.weight", "projectors.7.bias");
  }

  @Test
  void teacherStartsAsTheStudent() {
    Map<String, INDArray> copy = model.teacherParameters.arrays();
    assertThat(copy).hasSameSizeAs(values);
    values.forEach(
        (name, value) ->
            assertThat(Bits.of(copy.get(ConMimModel.TEACHER + name))).isEqualTo(Bits.of(value)));
  }

  private void assertCutNormal(String name, double deviation) {
    INDArray value = values.get(name);
    assertThat(value.amaxNumber().doubleValue())
        .as(name)
        .isBetween(0.97 * deviation, deviation * (1 + 1e-6));
    assertThat(value.stdNumber().doubleValue())
        .as(name)
        .isCloseTo(CUT_NORMAL * deviation, within(0.04 * deviation));
  }
}
