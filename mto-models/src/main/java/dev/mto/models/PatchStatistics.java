package dev.mto.models;

import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.autodiff.samediff.SameDiff;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * Means and deviations of patches, for targets that are normalised patch by patch and for the way
 * back. A row holds the pixels that are normalised together: a whole patch (MAE) or one channel of
 * it (BootMAE). Shapes: B images, N patches, G rows a patch, R = B*N*G rows, K pixels in a row.
 */
public final class PatchStatistics {
  private final VitConfig config;
  private final int groups;
  private final int pixels;
  private final boolean unbiased;
  private final double epsilon;

  /**
   * Statistics.
   *
   * @param mean [R, 1]
   * @param deviation √(variance + ε) [R, 1]
   */
  public record Values(SDVariable mean, SDVariable deviation) {}

  private PatchStatistics(VitConfig config, int groups, boolean unbiased, double epsilon) {
    this.config = config;
    this.groups = groups;
    this.pixels = config.patchValues() / groups;
    this.unbiased = unbiased;
    this.epsilon = epsilon;
  }

  /** MAE's norm-pix statistics: of a whole patch, unbiased variance, ε 1e-6 (He et al., 2022). */
  public static PatchStatistics ofPatches(VitConfig config) {
    return new PatchStatistics(config, 1, true, 1e-6);
  }

  /**
   * BootMAE's: of each channel of a patch, biased variance, ε 1e-5 (Dong et al., 2022); rows are
   * channel-first patches [B*N, C*P*P] cut in C.
   */
  public static PatchStatistics ofChannels(VitConfig config) {
    return new PatchStatistics(config, config.channels(), false, 1e-5);
  }

  /** Statistics of {@code patches}, of any shape with R*K values. */
  public Values of(SDVariable patches) {
    SDVariable x = patches.reshape(-1, pixels);
    SDVariable mean = x.mean(true, 1);
    SDVariable centred = x.sub(mean);
    SDVariable variance = centred.mul(centred).mean(true, 1);
    SDVariable estimated = unbiased ? variance.mul(pixels / (pixels - 1.0)) : variance;
    return new Values(mean, x.getSameDiff().math().pow(estimated.add(epsilon), 0.5));
  }

  /** (x - mean) / deviation, shaped [R, K]. */
  public SDVariable normalise(SDVariable patches, Values values) {
    return patches.reshape(-1, pixels).sub(values.mean()).div(values.deviation());
  }

  /** x·deviation + mean, shaped [R, K]. */
  public SDVariable denormalise(SDVariable patches, Values values) {
    return patches.reshape(-1, pixels).mul(values.deviation()).add(values.mean());
  }

  /**
   * The same statistics for every patch, interpolated from the visible patches alone: means over
   * them weighted by 1/(1 + d²)², d being the distance in patches.
   *
   * @param mask [B, N], 1 = masked
   */
  public Values fromVisible(Values values, SDVariable mask) {
    // (B, N) -> (B, 1, N)
    SDVariable visible = mask.rsub(1).reshape(-1, 1, config.patches());
    SDVariable nearness = nearness(mask.getSameDiff(), mask.dataType());
    SDVariable total =
        visible.reshape(-1, config.patches()).mmul(nearness).reshape(-1, 1, config.patches());
    return new Values(
        interpolate(values.mean(), visible, nearness, total),
        interpolate(values.deviation(), visible, nearness, total));
  }

  private SDVariable interpolate(
      SDVariable statistic, SDVariable visible, SDVariable nearness, SDVariable total) {
    int n = config.patches();
    SDVariable perGroup =
        statistic
            // (R, 1) -> (B, N, G) -> (B, G, N)
            .reshape(-1, n, groups)
            .permute(0, 2, 1)
            .mul(visible);
    return perGroup
        .reshape(-1, n)
        .mmul(nearness)
        .reshape(-1, groups, n)
        .div(total)
        // (B, G, N) -> (B, N, G) -> (R, 1)
        .permute(0, 2, 1)
        .reshape(-1, 1);
  }

  private SDVariable nearness(SameDiff graph, DataType type) {
    String name = "patch_nearness";
    if (graph.hasVariable(name)) {
      return graph.getVariable(name);
    }
    int n = config.patches();
    int width = config.gridWidth();
    INDArray weights = Nd4j.zeros(type, n, n);
    for (int i = 0; i < n; i++) {
      for (int j = 0; j < n; j++) {
        int down = i / width - j / width;
        int across = i % width - j % width;
        double squared = 1.0 + down * down + across * across;
        weights.putScalar(i, j, 1 / (squared * squared));
      }
    }
    return graph.constant(name, weights);
  }
}
