package dev.mto.models;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.api.buffer.DataType;

class VitConfigTest {

  @Test
  void gridOfAnImageThatIsNotSquare() {
    VitConfig config = new VitConfig(3, 32, 48, 8, 64, 2, 4, 4, 0.1, 0.1);

    assertThat(config.gridHeight()).isEqualTo(4);
    assertThat(config.gridWidth()).isEqualTo(6);
    assertThat(config.patches()).isEqualTo(24);
    assertThat(config.distances()).isEqualTo(7 * 11 + 3);
  }

  @Test
  void dropPathRisesLinearlyFromZero() {
    VitConfig config = new VitConfig(3, 32, 32, 8, 64, 5, 4, 4, 0.1, 0.2);

    assertThat(config.dropPathRate(0)).isZero();
    assertThat(config.dropPathRate(1)).isCloseTo(0.05, within(1e-12));
    assertThat(config.dropPathRate(4)).isCloseTo(0.2, within(1e-12));
  }

  @Test
  void flopsOfViTBaseAreTwiceItsMultiplyAdds() {
    VitPreset base = VitPreset.BASE;
    VitConfig config =
        new VitConfig(3, 224, 224, 16, base.dim(), base.depth(), base.heads(), 4, 0.1, 0);

    double multiplyAdds = 196.0 * 768 * 768 + 12 * (197.0 * 12 * 768 * 768 + 2 * 197.0 * 197 * 768);
    assertThat(config.forwardFlops()).isEqualTo(2 * multiplyAdds);
  }

  @Test
  void sizesThatDoNotDivideAreRefusedWithACure() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new VitConfig(3, 30, 32, 8, 64, 2, 4, 4, 0.1, 0))
        .withMessage("image height is 30 but must be a multiple of the patch, 8; choose 24");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new VitConfig(3, 32, 4, 8, 64, 2, 4, 4, 0.1, 0))
        .withMessageContaining("image width is 4");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new VitConfig(3, 32, 32, 8, 64, 2, 5, 4, 0.1, 0))
        .withMessageContaining("dim is 64 but must be a multiple of the number of heads, 5");
  }

  @Test
  void valuesOutOfRangeAreRefused() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new VitConfig(3, 32, 32, 8, 64, 0, 4, 4, 0.1, 0))
        .withMessage("depth is 0 but must be at least 1");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new VitConfig(3, 32, 32, 8, 64, 2, 4, 4, 0.1, 1))
        .withMessageContaining("dropPath is 1.0");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new VitConfig(3, 32, 32, 8, 64, 2, 4, Double.NaN, 0.1, 0))
        .withMessageContaining("mlpRatio is NaN");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new VitConfig(3, 32, 32, 8, 64, 2, 4, 4, -0.1, 0))
        .withMessageContaining("layerScale is -0.1");
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
    VitConfig official = new VitConfig(3, 32, 32, 8, 64, 2, 4, 4, 0.1, 0);
    VitConfig wide = new VitConfig(3, 32, 32, 8, 64, 2, 4, 4, 0.1, 0, 0.1);

    assertThat(largestWeight(official)).isBetween(0.019, 0.02);
    assertThat(largestWeight(wide.withDropPath(0.1))).isBetween(0.095, 0.1);
    official.requireNoInitStd("MAE");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> wide.requireNoInitStd("MAE"))
        .withMessageContaining("model.init_std is 0.1");
  }

  private static double largestWeight(VitConfig config) {
    return config
        .firstWeights()
        .create(new SplittableRandom(1), DataType.DOUBLE, 1000)
        .amaxNumber()
        .doubleValue();
  }
}
