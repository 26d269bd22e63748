package dev.mto.data.folder;

import dev.mto.data.pixels.Pixels;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.math.MathContext;
import java.util.ArrayList;
import java.util.List;

/**
 * Exact sums of values in [0, 1] and their squares per channel, three in RGB order, counted in
 * 65535ths, of which an 8-bit step has 257.
 */
final class PixelSums {
  private static final int UNITS = 65535;

  private final BigInteger[] sums;
  private final BigInteger[] squares;
  private long count;

  PixelSums(int channels) {
    sums = new BigInteger[channels];
    squares = new BigInteger[channels];
    for (int c = 0; c < channels; c++) {
      sums[c] = BigInteger.ZERO;
      squares[c] = BigInteger.ZERO;
    }
  }

  static PixelSums of(Pixels image) {
    int channels = image.channels();
    PixelSums result = new PixelSums(channels);
    long step = UNITS / image.largest();
    for (int c = 0; c < channels; c++) {
      long sum = 0;
      long square = 0;
      for (int i = Pixels.place(c, channels); i < image.count(); i += channels) {
        long value = image.value(i);
        sum += value;
        square += value * value;
      }
      result.sums[c] = BigInteger.valueOf(sum * step);
      result.squares[c] = BigInteger.valueOf(square).multiply(BigInteger.valueOf(step * step));
    }
    result.count = image.count() / channels;
    return result;
  }

  void add(PixelSums other) {
    for (int c = 0; c < sums.length; c++) {
      sums[c] = sums[c].add(other.sums[c]);
      squares[c] = squares[c].add(other.squares[c]);
    }
    count = Math.addExact(count, other.count);
  }

  /** In [0, 1]; empty without a pixel. */
  List<Double> mean() {
    List<Double> result = new ArrayList<>();
    for (int c = 0; c < sums.length && count > 0; c++) {
      result.add(ratio(sums[c], BigInteger.valueOf(count)) / UNITS);
    }
    return result;
  }

  /** Population standard deviation, in [0, 1] units; empty without a pixel. */
  List<Double> std() {
    List<Double> result = new ArrayList<>();
    BigInteger n = BigInteger.valueOf(count);
    for (int c = 0; c < sums.length && count > 0; c++) {
      BigInteger scaled = n.multiply(squares[c]).subtract(sums[c].multiply(sums[c]));
      result.add(Math.sqrt(ratio(scaled, n.multiply(n))) / UNITS);
    }
    return result;
  }

  private static double ratio(BigInteger of, BigInteger to) {
    return new BigDecimal(of).divide(new BigDecimal(to), MathContext.DECIMAL64).doubleValue();
  }
}
