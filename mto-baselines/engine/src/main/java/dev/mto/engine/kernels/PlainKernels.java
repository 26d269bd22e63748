package dev.mto.engine.kernels;

import org.bytedeco.javacpp.FloatPointer;

/**
 * Kernels in Java for what a library has not. Rows are brought into arrays of the heap, whose loops
 * the virtual machine turns into vector instructions.
 */
final class PlainKernels {
  private PlainKernels() {}

  /** Each element as the integer towards zero. */
  static Kernel truncate(Tensor x, Tensor out) {
    float[] values = new float[Math.toIntExact(x.length())];
    return () -> {
      x.memory().get(values);
      for (int i = 0; i < values.length; i++) {
        values[i] = (float) (long) values[i];
      }
      out.memory().put(values);
    };
  }

  /**
   * Entropy of the softmax p of each row of scores s: {@code -ln max p - sum p (s - max s)}, finite
   * for scores of any size and without the cancellation of nearly uniform rows.
   */
  static Kernel entropyOfSoftmax(Tensor scores, Tensor probabilities, Tensor out) {
    int columns = (int) scores.shape()[scores.shape().length - 1];
    float[] entropies = new float[(int) (scores.length() / columns)];
    float[] s = new float[columns];
    float[] p = new float[columns];
    Row scoreRows = new Row(scores, columns);
    Row probabilityRows = new Row(probabilities, columns);
    return () -> {
      for (int row = 0; row < entropies.length; row++) {
        scoreRows.get(row, s);
        probabilityRows.get(row, p);
        float largest = largest(s);
        entropies[row] = -(float) Math.log(largest(p)) - expectation(p, s, largest);
      }
      out.memory().put(entropies);
    };
  }

  /** {@code -g p (ln p + entropy)} with {@code ln p = s - max s + ln max p}. */
  static Kernel entropyGradient(
      Tensor scores, Tensor probabilities, Tensor entropy, Tensor gradient, Tensor out) {
    int columns = (int) scores.shape()[scores.shape().length - 1];
    float[] entropies = new float[(int) (scores.length() / columns)];
    float[] gradients = new float[entropies.length];
    float[] s = new float[columns];
    float[] p = new float[columns];
    Row scoreRows = new Row(scores, columns);
    Row probabilityRows = new Row(probabilities, columns);
    Row outRows = new Row(out, columns);
    return () -> {
      entropy.memory().get(entropies);
      gradient.memory().get(gradients);
      for (int row = 0; row < entropies.length; row++) {
        scoreRows.get(row, s);
        probabilityRows.get(row, p);
        float shift = entropies[row] + (float) Math.log(largest(p)) - largest(s);
        float factor = -gradients[row];
        for (int i = 0; i < columns; i++) {
          p[i] *= factor * (s[i] + shift);
        }
        outRows.put(row, p);
      }
    };
  }

  private static float largest(float[] values) {
    float largest = values[0];
    for (float value : values) {
      largest = Math.max(largest, value);
    }
    return largest;
  }

  /** Σ p (s - shift), in four sums. */
  private static float expectation(float[] p, float[] s, float shift) {
    float a = 0;
    float b = 0;
    float c = 0;
    float d = 0;
    int i = 0;
    for (; i + 3 < p.length; i += 4) {
      a += p[i] * (s[i] - shift);
      b += p[i + 1] * (s[i + 1] - shift);
      c += p[i + 2] * (s[i + 2] - shift);
      d += p[i + 3] * (s[i + 3] - shift);
    }
    for (; i < p.length; i++) {
      a += p[i] * (s[i] - shift);
    }
    return a + b + (c + d);
  }

  /** Rows of a tensor, by one pointer that moves. */
  private static final class Row {
    private final FloatPointer pointer;
    private final int columns;

    Row(Tensor tensor, int columns) {
      this.pointer = new FloatPointer(tensor.memory());
      this.columns = columns;
    }

    void get(int row, float[] values) {
      pointer.position((long) row * columns).get(values);
    }

    void put(int row, float[] values) {
      pointer.position((long) row * columns).put(values);
    }
  }
}
