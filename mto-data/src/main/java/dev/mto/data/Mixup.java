package dev.mto.data;

import java.util.random.RandomGenerator;
import org.apache.commons.math3.distribution.BetaDistribution;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.indexing.INDArrayIndex;
import org.nd4j.linalg.indexing.NDArrayIndex;

/**
 * Mixes each image of a batch with the one at its place from the end, by mixup (Zhang et al., ICLR
 * 2018) or CutMix (Yun et al., ICCV 2019), and their targets alike; with both, a fair coin chooses
 * for the whole batch. The middle image of an odd batch meets itself.
 *
 * @param mixup α of mixup's Beta(α, α), or 0 for none
 * @param cutmix α of CutMix's Beta(α, α), or 0 for none
 * @param labelSmoothing share of the target that is spread over all classes, in [0, 1]
 */
public record Mixup(double mixup, double cutmix, double labelSmoothing) {
  /** Checks ranges. */
  public Mixup {
    if (!(mixup >= 0 && cutmix >= 0 && labelSmoothing >= 0 && labelSmoothing <= 1)) {
      throw new IllegalArgumentException(
          "mixup %s and cutmix %s must be at least 0, label smoothing %s in [0, 1]"
              .formatted(mixup, cutmix, labelSmoothing));
    }
  }

  /**
   * Mixes a batch.
   *
   * @param images [B, C, H, W] float32, changed in place
   * @param labels [B], each below K
   * @param classes K
   * @return targets [B, K] float32, whose rows sum to 1
   */
  public INDArray apply(INDArray images, int[] labels, int classes, RandomGenerator random) {
    INDArray own = targets(labels, classes, labelSmoothing);
    if (mixup == 0 && cutmix == 0) {
      return own;
    }
    boolean cut = cutmix > 0 && (mixup == 0 || random.nextDouble() < 0.5);
    double alpha = cut ? cutmix : mixup;
    double drawn =
        new BetaDistribution(alpha, alpha).inverseCumulativeProbability(random.nextDouble());
    double kept = cut ? paste(images, drawn, random) : blend(images, drawn);
    try (INDArray mixed = own.mul(kept)) {
      for (int i = 0; i < labels.length; i++) {
        mixed.getRow(i).addi(own.getRow(labels.length - 1 - i).mul(1 - kept));
      }
      return own.assign(mixed);
    }
  }

  /** Targets [B, K] float32: 1 - s + s/K for the label, s/K for every other class. */
  public static INDArray targets(int[] labels, int classes, double smoothing) {
    INDArray targets =
        Nd4j.valueArrayOf(new long[] {labels.length, classes}, smoothing / classes, DataType.FLOAT);
    for (int i = 0; i < labels.length; i++) {
      targets.putScalar(i, labels[i], 1 - smoothing + smoothing / classes);
    }
    return targets;
  }

  private static double blend(INDArray images, double kept) {
    for (long i = 0, j = images.size(0) - 1; i < j; i++, j--) {
      INDArray first = images.slice(i);
      INDArray last = images.slice(j);
      try (INDArray before = first.dup();
          INDArray fromLast = last.mul(1 - kept);
          INDArray fromFirst = before.muli(1 - kept)) {
        first.muli(kept).addi(fromLast);
        last.muli(kept).addi(fromFirst);
      }
    }
    return kept;
  }

  /** Exchanges a box of both images; returns the share of the pixels that stayed. */
  private static double paste(INDArray images, double kept, RandomGenerator random) {
    int height = (int) images.size(2);
    int width = (int) images.size(3);
    double side = Math.sqrt(1 - kept);
    int halfHeight = (int) (height * side) / 2;
    int halfWidth = (int) (width * side) / 2;
    int y = random.nextInt(height);
    int x = random.nextInt(width);
    int top = Math.max(0, y - halfHeight);
    int bottom = Math.min(height, y + halfHeight);
    int left = Math.max(0, x - halfWidth);
    int right = Math.min(width, x + halfWidth);
    if (bottom > top && right > left) {
      INDArrayIndex[] box = {
        NDArrayIndex.all(), NDArrayIndex.interval(top, bottom), NDArrayIndex.interval(left, right)
      };
      for (long i = 0, j = images.size(0) - 1; i < j; i++, j--) {
        INDArray first = images.slice(i).get(box);
        INDArray last = images.slice(j).get(box);
        try (INDArray before = first.dup()) {
          first.assign(last);
          last.assign(before);
        }
      }
    }
    return 1 - (double) (bottom - top) * (right - left) / ((double) height * width);
  }
}
