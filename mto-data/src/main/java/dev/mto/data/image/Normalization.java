package dev.mto.data.image;

import dev.mto.data.pixels.Pixels;
import java.util.Arrays;

/**
 * Per-channel normalisation {@code (value - mean) / std}, computed in float32, of values in [0, 1]:
 * 8-bit ones over 255, 16-bit ones over 65535. The number of means is the number of channels.
 * Immutable.
 */
public final class Normalization {
  private final float[] mean;
  private final float[] std;
  private final float[][] table;

  private Normalization(float[] mean, float[] std) {
    this.mean = mean;
    this.std = std;
    this.table = new float[mean.length][256];
    for (int c = 0; c < mean.length; c++) {
      for (int value = 0; value < 256; value++) {
        table[c][value] = apply(value / 255f, c);
      }
    }
  }

  /**
   * A mean and a standard deviation for each channel.
   *
   * @param mean [C] in [0, 1] units, three in RGB order, others in the file's
   * @param std [C] in [0, 1] units, positive
   * @throws IllegalArgumentException if the lengths differ, are 0, or a value is unusable
   */
  public static Normalization of(float[] mean, float[] std) {
    if (mean.length != std.length || mean.length == 0) {
      throw new IllegalArgumentException(
          "mean has %s values and std %s but both need one value a channel"
              .formatted(mean.length, std.length));
    }
    for (int c = 0; c < mean.length; c++) {
      if (!Float.isFinite(mean[c]) || !Float.isFinite(std[c]) || std[c] <= 0) {
        throw new IllegalArgumentException(
            ("channel %s has mean %s and std %s but needs finite values and a positive std:"
                    + " './mto data check DIR' measures them")
                .formatted(c, mean[c], std[c]));
      }
    }
    return new Normalization(mean.clone(), std.clone());
  }

  /** The usual RGB values of ImageNet-1K. */
  public static Normalization imageNet() {
    return of(new float[] {0.485f, 0.456f, 0.406f}, new float[] {0.229f, 0.224f, 0.225f});
  }

  public int channels() {
    return mean.length;
  }

  public float[] mean() {
    return mean.clone();
  }

  public float[] std() {
    return std.clone();
  }

  /** What a value in [0, 1] of a channel becomes. */
  float apply(float value, int channel) {
    return (value - mean[channel]) / std[channel];
  }

  /** [256]: what each 8-bit value of a channel becomes; not to be changed. */
  public float[] values(int channel) {
    return table[channel];
  }

  /** [C]: the 8-bit value nearest to each mean, in the order of stored pixels. */
  public byte[] meanColour() {
    byte[] colour = new byte[mean.length];
    for (int c = 0; c < mean.length; c++) {
      double value = Math.rint(255.0 * mean[c]);
      colour[Pixels.place(c, mean.length)] = (byte) (int) Math.max(0, Math.min(255, value));
    }
    return colour;
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Normalization that
        && Arrays.equals(mean, that.mean)
        && Arrays.equals(std, that.std);
  }

  @Override
  public int hashCode() {
    return 31 * Arrays.hashCode(mean) + Arrays.hashCode(std);
  }

  @Override
  public String toString() {
    return "Normalization[mean=" + Arrays.toString(mean) + ", std=" + Arrays.toString(std) + "]";
  }
}
