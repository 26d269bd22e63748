package dev.mto.executor.parity;

import dev.mto.executor.kernels.FusedAttention.Heads;
import dev.mto.executor.kernels.FusedAttention.Operands;
import dev.mto.executor.kernels.Tensor;
import java.util.stream.IntStream;

/** Attention and its gradients in double, as products and a softmax. */
final class AttentionFormulas {
  private final int images;
  private final int heads;
  private final int queries;
  private final int keys;
  private final int width;
  private final double scale;
  private final Part q;
  private final Part k;
  private final Part v;
  private final double[] bias; // null for none
  private final double[] gradient;
  private final double[] out;
  private final double[] logSums;
  private final double[] toQuery;
  private final double[] toKey;
  private final double[] toValue;
  private final double[] toBias;

  /** Elements of tokens, and where those of a part are. */
  private static final class Part {
    final double[] elements;
    private final int count;
    private final int stride;
    private final int first;

    Part(Checked checked, Heads heads) {
      long[] shape = heads.tokens().shape();
      elements = checked.elements(heads.tokens());
      count = heads.count();
      stride = heads.stride();
      first = (int) (heads.part() * shape[3] * shape[4]);
    }

    /** Where the row of a token begins, if the rows of heads have that width. */
    int row(int image, int token, int head, int width) {
      return (image * count + token) * stride + first + head * width;
    }
  }

  AttentionFormulas(Checked checked, Operands operands, double scale, Tensor gradient) {
    long[] shape = gradient.shape();
    this.images = (int) shape[0];
    this.queries = (int) shape[1];
    this.heads = (int) shape[2];
    this.width = (int) shape[3];
    this.keys = operands.key().count();
    this.scale = scale;
    this.q = new Part(checked, operands.query());
    this.k = new Part(checked, operands.key());
    this.v = new Part(checked, operands.value());
    this.bias = operands.bias() == null ? null : checked.elements(operands.bias());
    this.gradient = checked.elements(gradient);
    this.out = new double[this.gradient.length];
    this.logSums = new double[out.length / width];
    this.toQuery = new double[out.length];
    this.toKey = new double[images * keys * heads * width];
    this.toValue = new double[toKey.length];
    this.toBias = new double[heads * queries * keys];
    IntStream.range(0, heads).parallel().forEach(this::compute);
  }

  private void compute(int head) {
    double[] weights = new double[keys];
    for (int image = 0; image < images; image++) {
      for (int query = 0; query < queries; query++) {
        weigh(image, head, query, weights);
        differentiate(image, head, query, weights);
      }
    }
  }

  private void weigh(int image, int head, int query, double[] weights) {
    int at = q.row(image, query, head, width);
    double sum = 0;
    for (int key = 0; key < keys; key++) {
      double product = dot(q.elements, at, k.elements, k.row(image, key, head, width));
      double ofBias = bias == null ? 0 : bias[(head * queries + query) * keys + key];
      weights[key] = Math.exp(scale * product + ofBias);
      sum += weights[key];
    }
    int row = (image * queries + query) * heads + head;
    logSums[row] = Math.log(sum);
    for (int key = 0; key < keys; key++) {
      weights[key] /= sum;
      int from = v.row(image, key, head, width);
      for (int s = 0; s < width; s++) {
        out[row * width + s] += weights[key] * v.elements[from + s];
      }
    }
  }

  private void differentiate(int image, int head, int query, double[] weights) {
    int row = ((image * queries + query) * heads + head) * width;
    double mean = dot(out, row, gradient, row);
    int ofQuery = q.row(image, query, head, width);
    for (int key = 0; key < keys; key++) {
      int ofKey = k.row(image, key, head, width);
      int to = ((image * keys + key) * heads + head) * width;
      double toWeight = dot(gradient, row, v.elements, v.row(image, key, head, width));
      double toScore = weights[key] * (toWeight - mean);
      toBias[(head * queries + query) * keys + key] += toScore;
      for (int s = 0; s < width; s++) {
        toQuery[row + s] += scale * toScore * k.elements[ofKey + s];
        toKey[to + s] += scale * toScore * q.elements[ofQuery + s];
        toValue[to + s] += weights[key] * gradient[row + s];
      }
    }
  }

  private double dot(double[] a, int atA, double[] b, int atB) {
    double sum = 0;
    for (int s = 0; s < width; s++) {
      sum += a[atA + s] * b[atB + s];
    }
    return sum;
  }

  double[] out() {
    return out;
  }

  double[] logSums() {
    return logSums;
  }

  double[] toQuery() {
    return toQuery;
  }

  double[] toKey() {
    return toKey;
  }

  double[] toValue() {
    return toValue;
  }

  double[] toBias() {
    return toBias;
  }
}
