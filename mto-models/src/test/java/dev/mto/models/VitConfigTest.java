package dev.mto.models;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.api.buffer.DataType;

class VitConfigTest {

  @Test
  void gridOfAnImageThatIsNotSquare() {
    VitConfig config =
        new VitConfig(3, 32, 48, 8, 64, 2, 4, 4, 0.1, 0.1, VitConfig.OFFICIAL_INIT_STD);

    assertThat(config.gridHeight()).isEqualTo(4);
    assertThat(config.gridWidth()).isEqualTo(6);
    assertThat(config.patches()).isEqualTo(24);
    assertThat(config.distances()).isEqualTo(7 * 11 + 3);
  }

  @Test
  void sizesThatDoNotDivideAreRefusedWithACure() {
    assertThatIllegalArgumentException()
        .isThrownBy(
            () -> new VitConfig(3, 30, 32, 8, 64, 2, 4, 4, 0.1, 0, VitConfig.OFFICIAL_INIT_STD))
        .withMessage("image height is 30 but must be a multiple of the patch, 8; choose 24");
    assertThatIllegalArgumentException()
        .isThrownBy(
            () -> new VitConfig(3, 32, 4, 8, 64, 2, 4, 4, 0.1, 0, VitConfig.OFFICIAL_INIT_STD))
        .withMessageContaining("image width is 4");
    assertThatIllegalArgumentException()
        .isThrownBy(
            () -> new VitConfig(3, 32, 32, 8, 64, 2, 5, 4, 0.1, 0, VitConfig.OFFICIAL_INIT_STD))
        .withMessageContaining("dim is 64 but must be a multiple of the number of heads, 5");
  }

  @Test
  void valuesOutOfRangeAreRefused() {
    assertThatIllegalArgumentException()
        .isThrownBy(
            () -> new VitConfig(3, 32, 32, 8, 64, 0, 4, 4, 0.1, 0, VitConfig.OFFICIAL_INIT_STD))
        .withMessage("depth is 0 but must be at least 1");
    assertThatIllegalArgumentException()
        .isThrownBy(
            () -> new VitConfig(3, 32, 32, 8, 64, 2, 4, 4, 0.1, 1, VitConfig.OFFICIAL_INIT_STD))
        .withMessageContaining("drop_path is 1.0");
    assertThatIllegalArgumentException()
        .isThrownBy(
            () ->
                new VitConfig(
                    3, 32, 32, 8, 64, 2, 4, Double.NaN, 0.1, 0, VitConfig.OFFICIAL_INIT_STD))
        .withMessageContaining("mlp_ratio is NaN");
    assertThatIllegalArgumentException()
        .isThrownBy(
            () -> new VitConfig(3, 32, 32, 8, 64, 2, 4, 4, -0.1, 0, VitConfig.OFFICIAL_INIT_STD))
        .withMessageContaining("layer_scale is -0.1");
  }

  @Test
  void unknownPresetIsRefusedWithTheKnownOnes() {
    assertThat(VitPreset.named("vit-small")).isEqualTo(VitPreset.SMALL);
    assertThatIllegalArgumentException()
        .isThrownBy(() -> VitPreset.named("vit-huge"))
        .withMessageContaining("vit-huge")
        .withMessageContaining("vit-tiny, vit-small, vit-base, vit-large");
  }

  @Test
  void firstWeightsFillTheConfiguredDeviation() {
    VitConfig official =
        new VitConfig(3, 32, 32, 8, 64, 2, 4, 4, 0.1, 0, VitConfig.OFFICIAL_INIT_STD);
    VitConfig wide = new VitConfig(3, 32, 32, 8, 64, 2, 4, 4, 0.1, 0, 0.1);

    assertThat(largestWeight(official)).isBetween(0.019, 0.02);
    assertThat(largestWeight(wide)).isBetween(0.095, 0.1);
  }

  @Test
  void methodsWithoutThemRefuseLayerScaleDropPathAndDeviation() {
    double official = VitConfig.OFFICIAL_INIT_STD;
    VitConfig plain = new VitConfig(3, 32, 32, 8, 64, 2, 4, 4, 0, 0, official);
    assertThat(plain.requirePlain("MAE")).isSameAs(plain);
    refused(new VitConfig(3, 32, 32, 8, 64, 2, 4, 4, 0.1, 0, official), "model.layer_scale: 0.1");
    refused(new VitConfig(3, 32, 32, 8, 64, 2, 4, 4, 0, 0.2, official), "model.drop_path: 0.2");
    refused(new VitConfig(3, 32, 32, 8, 6, 2, 3, 4, 0, 0, official), "model.dim: 6 must be");
    refused(new VitConfig(3, 32, 32, 8, 64, 2, 4, 4, 0, 0, 0.1), "model.init_std is 0.1");
  }

  private static void refused(VitConfig config, String message) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> config.requirePlain("MAE"))
        .withMessageContaining(message);
  }

  private static double largestWeight(VitConfig config) {
    return config
        .firstWeights()
        .create(new SplittableRandom(1), DataType.DOUBLE, 1000)
        .amaxNumber()
        .doubleValue();
  }
}
