package dev.mto.engine.run;

import java.util.LinkedHashMap;
import java.util.Map;

/**
 * What a step measured.
 *
 * @param losses by metric name, means over the micro-batches; {@code loss.*} unweighted
 * @param heterogeneity H⁰…Hᴸ in nats by metric name, empty when not measured
 * @param bound ln V in nats, mean over the images
 * @param gradientNorm global norm before clipping
 * @param images images seen
 */
record StepResult(
    Map<String, Double> losses,
    Map<String, double[]> heterogeneity,
    double bound,
    double gradientNorm,
    long images) {

  /** Averages over micro-batches. */
  static final class Builder {
    private final int microBatches;
    private final Map<String, Double> losses = new LinkedHashMap<>();
    private final Map<String, double[]> heterogeneity = new LinkedHashMap<>();
    private double bound;
    private double gradientNorm;
    private long images;

    Builder(int microBatches) {
      this.microBatches = microBatches;
    }

    void loss(String name, double value) {
      boolean once = name.startsWith("mask_");
      losses.merge(name, once ? value : value / microBatches, Double::sum);
    }

    /** A term of one group, and of the sum over all groups. */
    void term(String group, String term, double value) {
      loss("loss." + term, value);
      if (!group.isEmpty()) {
        loss("loss." + group + "." + term, value);
      }
    }

    void heterogeneity(String name, double[] values) {
      double[] sum = heterogeneity.computeIfAbsent(name, n -> new double[values.length]);
      for (int l = 0; l < values.length; l++) {
        sum[l] += values[l] / microBatches;
      }
    }

    void bound(double value) {
      bound += value / microBatches;
    }

    void gradientNorm(double norm) {
      gradientNorm = norm;
    }

    void images(long count) {
      images += count;
    }

    boolean finite() {
      return Double.isFinite(losses.get("loss"));
    }

    Map<String, Double> losses() {
      return losses;
    }

    StepResult build() {
      losses.values().removeIf(value -> value.isNaN());
      return new StepResult(losses, heterogeneity, bound, gradientNorm, images);
    }
  }
}
