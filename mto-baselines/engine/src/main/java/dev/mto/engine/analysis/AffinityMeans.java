package dev.mto.engine.analysis;

import dev.mto.data.mask.Mask;
import java.util.Arrays;
import java.util.stream.IntStream;

/**
 * Means over images of the affinities of token pairs, by layer: masked tokens first, then visible
 * ones, in each image's own order. All images have as many masked tokens as the first.
 */
final class AffinityMeans {
  private final double[][][] sums;
  private final int[] counts;
  private int masked = -1;

  AffinityMeans(int layers) {
    this.sums = new double[layers][][];
    this.counts = new int[layers];
  }

  /** Whether an image has as many masked tokens as the first that was asked for. */
  boolean takes(Mask mask) {
    masked = masked < 0 ? mask.maskedCount() : masked;
    return mask.maskedCount() == masked;
  }

  /**
   * Adds an image's affinities.
   *
   * @param pairs [N, N], tokens in order of place
   */
  void add(int layer, double[][] pairs, Mask mask) {
    int[] order =
        IntStream.concat(Arrays.stream(mask.masked()), Arrays.stream(mask.visible())).toArray();
    if (sums[layer] == null) {
      sums[layer] = new double[order.length][order.length];
    }
    for (int i = 0; i < order.length; i++) {
      for (int j = 0; j < order.length; j++) {
        sums[layer][i][j] += pairs[order[i]][order[j]];
      }
    }
    counts[layer]++;
  }

  /** The means [N, N] of a layer. */
  double[][] of(int layer) {
    return Arrays.stream(sums[layer])
        .map(row -> Arrays.stream(row).map(sum -> sum / counts[layer]).toArray())
        .toArray(double[][]::new);
  }

  /** Masked tokens of an image. */
  int masked() {
    return masked;
  }

  /** How many images were added. */
  int images() {
    return counts[0];
  }
}
