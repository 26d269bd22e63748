package dev.mto.data.compose;

import java.util.random.RandomGenerator;

/**
 * Noise whose amplitude falls with the spatial frequency f as f^-a, as it does in natural images
 * for a = 1 (Field, Relations between the statistics of natural images and the response properties
 * of cortical cells, 1987). Each frequency has a random phase; the inverse Fourier transform is
 * taken along rows, then along columns. Only {@link StrictMath} is used, so that a stream gives the
 * same values everywhere.
 */
final class SpectralNoise {
  private final int size;
  private final double[] amplitude;
  private final double[] cos;
  private final double[] sin;

  /** Fields of {@code size} by {@code size}. */
  SpectralNoise(int size, double exponent) {
    this.size = size;
    amplitude = new double[size * size];
    cos = new double[size];
    sin = new double[size];
    for (int i = 0; i < size; i++) {
      cos[i] = StrictMath.cos(2 * Math.PI * i / size);
      sin[i] = StrictMath.sin(2 * Math.PI * i / size);
    }
    for (int i = 1; i < amplitude.length; i++) { // but for the mean
      int row = Math.min(i / size, size - i / size);
      int column = Math.min(i % size, size - i % size);
      amplitude[i] = StrictMath.pow(row * row + column * column, -exponent / 2);
    }
  }

  /** A field [size * size], row by row, of mean 0 and standard deviation 1. */
  double[] draw(RandomGenerator random) {
    double[] real = new double[amplitude.length];
    double[] imaginary = new double[amplitude.length];
    for (int i = 1; i < amplitude.length; i++) {
      double phase = 2 * Math.PI * random.nextDouble();
      real[i] = amplitude[i] * StrictMath.cos(phase);
      imaginary[i] = amplitude[i] * StrictMath.sin(phase);
    }
    for (int i = 0; i < size; i++) {
      transform(real, imaginary, i * size, 1);
    }
    for (int i = 0; i < size; i++) {
      transform(real, imaginary, i, size);
    }
    double squares = 0;
    for (double value : real) {
      squares += value * value;
    }
    double deviation = Math.sqrt(squares / real.length);
    for (int i = 0; i < real.length; i++) {
      real[i] /= deviation;
    }
    return real;
  }

  /** The inverse transform of {@code size} values from {@code first}, {@code step} apart. */
  private void transform(double[] real, double[] imaginary, int first, int step) {
    double[] toReal = new double[size];
    double[] toImaginary = new double[size];
    for (int k = 0; k < size; k++) {
      for (int n = 0; n < size; n++) {
        int turn = k * n % size;
        double a = real[first + n * step];
        double b = imaginary[first + n * step];
        toReal[k] += a * cos[turn] - b * sin[turn];
        toImaginary[k] += a * sin[turn] + b * cos[turn];
      }
    }
    for (int k = 0; k < size; k++) {
      real[first + k * step] = toReal[k];
      imaginary[first + k * step] = toImaginary[k];
    }
  }
}
