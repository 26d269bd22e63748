package dev.mto.models;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.autodiff.samediff.SameDiff;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

class PatchStatisticsTest {
  private static final VitConfig VIT =
      new VitConfig(3, 8, 8, 2, 4, 1, 1, 4, 0, 0, VitConfig.OFFICIAL_INIT_STD);
  private static final int N = 16;
  private static final int VALUES = 12;

  private final INDArray pixels = Nd4j.rand(DataType.DOUBLE, 2 * N, VALUES).muli(3);
  private final INDArray mask = Nd4j.ones(DataType.DOUBLE, 2, N);

  @BeforeEach
  void threeVisiblePatches() {
    for (int patch : new int[] {0, 7, 9}) {
      mask.putScalar(0, patch, 0);
      mask.putScalar(1, patch, 0);
    }
  }

  @Test
  void patchStatisticsAreMeanAndUnbiasedDeviation() {
    SameDiff graph = SameDiff.create();
    PatchStatistics.Values values = PatchStatistics.ofPatches(VIT).of(graph.constant(pixels));

    INDArray row = pixels.getRow(5);
    assertThat(values.mean().eval().getDouble(5))
        .isCloseTo(row.meanNumber().doubleValue(), within(1e-12));
    double variance = row.var(true).getDouble(0);
    assertThat(values.deviation().eval().getDouble(5))
        .isCloseTo(Math.sqrt(variance + 1e-6), within(1e-12));
  }

  @Test
  void channelStatisticsAreBiasedAndOfEachChannel() {
    SameDiff graph = SameDiff.create();
    PatchStatistics.Values values = PatchStatistics.ofChannels(VIT).of(graph.constant(pixels));

    INDArray channel = pixels.reshape('c', 2 * N * 3, 4).getRow(3 * 5 + 2);
    double variance = channel.var(false).getDouble(0);
    assertThat(values.deviation().eval().getDouble(3 * 5 + 2))
        .isCloseTo(Math.sqrt(variance + 1e-5), within(1e-12));
  }

  @Test
  void denormalisingUndoesNormalising() {
    SameDiff graph = SameDiff.create();
    PatchStatistics statistics = PatchStatistics.ofChannels(VIT);
    SDVariable original = graph.constant(pixels);
    PatchStatistics.Values values = statistics.of(original);

    INDArray back = statistics.denormalise(statistics.normalise(original, values), values).eval();

    assertThat(back.reshape('c', pixels.shape()).distance2(pixels)).isLessThan(1e-10);
  }

  @Test
  void statisticsFromVisiblePatchesDoNotDependOnMaskedPixels() {
    INDArray before = interpolatedMeans(pixels);
    INDArray other = pixels.dup();
    for (int patch = 0; patch < 2 * N; patch++) {
      if (mask.getDouble(patch / N, patch % N) == 1) {
        other.getRow(patch).addi(7);
      }
    }

    assertThat(interpolatedMeans(other).distance2(before)).isLessThan(1e-10);
    assertThat(interpolatedMeans(pixels.add(7)).sub(before).meanNumber().doubleValue())
        .isCloseTo(7, within(1e-9));
  }

  @Test
  void statisticsFromVisiblePatchesLieBetweenThem() {
    INDArray visible = Nd4j.createFromArray(mean(0), mean(7), mean(9));
    INDArray means = interpolatedMeans(pixels);

    for (int patch = 0; patch < N; patch++) {
      assertThat(means.getDouble(patch))
          .isBetween(
              visible.minNumber().doubleValue() - 1e-12, visible.maxNumber().doubleValue() + 1e-12);
    }
  }

  private double mean(int patch) {
    return pixels.getRow(patch).meanNumber().doubleValue();
  }

  private INDArray interpolatedMeans(INDArray patches) {
    SameDiff graph = SameDiff.create();
    PatchStatistics statistics = PatchStatistics.ofPatches(VIT);
    PatchStatistics.Values values = statistics.of(graph.constant(patches));
    return statistics.fromVisible(values, graph.constant("mask", mask)).mean().eval();
  }
}
