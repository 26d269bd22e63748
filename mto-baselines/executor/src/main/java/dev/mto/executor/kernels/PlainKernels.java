package dev.mto.executor.kernels;

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
    StagedRows s = new StagedRows(scores, columns);
    StagedRows p = new StagedRows(probabilities, columns);
    return () -> {
      for (int from = 0; from < entropies.length; from += s.capacity()) {
        int rows = Math.min(s.capacity(), entropies.length - from);
        float[] score = s.get(from, rows);
        float[] probability = p.get(from, rows);
        for (int row = 0; row < rows; row++) {
          int at = row * columns;
          float largest = largest(score, at, columns);
          entropies[from + row] =
              -(float) Math.log(largest(probability, at, columns))
                  - expectation(probability, score, at, columns, largest);
        }
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
    StagedRows s = new StagedRows(scores, columns);
    StagedRows p = new StagedRows(probabilities, columns);
    StagedRows result = new StagedRows(out, columns);
    return () -> {
      entropy.memory().get(entropies);
      gradient.memory().get(gradients);
      for (int from = 0; from < entropies.length; from += s.capacity()) {
        int rows = Math.min(s.capacity(), entropies.length - from);
        float[] score = s.get(from, rows);
        float[] probability = p.get(from, rows);
        for (int row = 0; row < rows; row++) {
          int at = row * columns;
          float largest = largest(score, at, columns);
          float rest = entropies[from + row] + (float) Math.log(largest(probability, at, columns));
          multiply(probability, score, at, columns, largest, rest, -gradients[from + row]);
        }
        result.put(from, rows, probability);
      }
    };
  }

  private static void multiply(
      float[] p, float[] s, int at, int columns, float largest, float rest, float factor) {
    for (int i = at; i < at + columns; i++) {
      p[i] *= factor * (s[i] - largest + rest);
    }
  }

  private static float largest(float[] values, int at, int columns) {
    float largest = values[at];
    for (int i = at + 1; i < at + columns; i++) {
      largest = Math.max(largest, values[i]);
    }
    return largest;
  }

  /** Σ p (s - shift), in four sums. */
  private static float expectation(float[] p, float[] s, int at, int columns, float shift) {
    float a = 0;
    float b = 0;
    float c = 0;
    float d = 0;
    int end = at + columns;
    int i = at;
    for (; i + 3 < end; i += 4) {
      a += p[i] * (s[i] - shift);
      b += p[i + 1] * (s[i + 1] - shift);
      c += p[i + 2] * (s[i + 2] - shift);
      d += p[i + 3] * (s[i + 3] - shift);
    }
    for (; i < end; i++) {
      a += p[i] * (s[i] - shift);
    }
    return a + b + (c + d);
  }

  /** Rows of a tensor, brought into an array some at a time. */
  private static final class StagedRows {
    private static final int ELEMENTS = 8192;

    private final FloatPointer pointer;
    private final int columns;
    private final float[] values;

    StagedRows(Tensor tensor, int columns) {
      this.pointer = new FloatPointer(tensor.memory());
      this.columns = columns;
      this.values = new float[capacity() * columns];
    }

    int capacity() {
      return Math.max(1, ELEMENTS / columns);
    }

    float[] get(int row, int rows) {
      pointer.position((long) row * columns).get(values, 0, rows * columns);
      return values;
    }

    void put(int row, int rows, float[] changed) {
      pointer.position((long) row * columns).put(changed, 0, rows * columns);
    }
  }
}
