package dev.mto.data.folder;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.math.MathContext;
import java.util.ArrayList;
import java.util.List;

/** Exact sums of 8-bit pixels and their squares per channel, in RGB order. */
final class PixelSums {
  private final long[] sums;
  private final long[] squares;
  private long count;

  PixelSums(int channels) {
    sums = new long[channels];
    squares = new long[channels];
  }

  static PixelSums of(byte[] pixels, int channels) {
    PixelSums result = new PixelSums(channels);
    for (int i = 0; i < pixels.length; i += channels) {
      for (int c = 0; c < channels; c++) {
        int value = pixels[i + channels - 1 - c] & 0xFF;
        result.sums[c] += value;
        result.squares[c] += (long) value * value;
      }
    }
    result.count = pixels.length / channels;
    return result;
  }

  void add(PixelSums other) {
    for (int c = 0; c < sums.length; c++) {
      sums[c] = Math.addExact(sums[c], other.sums[c]);
      squares[c] = Math.addExact(squares[c], other.squares[c]);
    }
    count = Math.addExact(count, other.count);
  }

  /** In [0, 1]; empty without a pixel. */
  List<Double> mean() {
    List<Double> result = new ArrayList<>();
    for (int c = 0; c < sums.length && count > 0; c++) {
      result.add((double) sums[c] / count / 255);
    }
    return result;
  }

  /** Population standard deviation, in [0, 1] units; empty without a pixel. */
  List<Double> std() {
    List<Double> result = new ArrayList<>();
    for (int c = 0; c < sums.length && count > 0; c++) {
      BigInteger n = BigInteger.valueOf(count);
      BigInteger sum = BigInteger.valueOf(sums[c]);
      BigInteger scaled = n.multiply(BigInteger.valueOf(squares[c])).subtract(sum.multiply(sum));
      BigDecimal variance =
          new BigDecimal(scaled).divide(new BigDecimal(n.multiply(n)), MathContext.DECIMAL64);
      result.add(Math.sqrt(variance.doubleValue()) / 255);
    }
    return result;
  }
}
