package dev.mto.engine.report;

import dev.mto.engine.pictures.Series;
import java.util.Arrays;

/**
 * A curve in bounded memory: at most {@value #MOST} points, each the mean of equally many
 * neighbours. When they are full, neighbours are merged in pairs. Values that are not finite are
 * counted and left out.
 */
final class DownsampledCurve {
  static final int MOST = 800;
  static final int TAIL = 20;

  private final double[] steps = new double[MOST];
  private final double[] sums = new double[MOST];
  private final int[] counts = new int[MOST];
  private final double[] tail = new double[TAIL];
  private int last = -1;
  private int perPoint = 1;
  private long values;
  private long notFinite;

  void add(long step, double value) {
    if (!Double.isFinite(value)) {
      notFinite++;
      return;
    }
    tail[(int) (values % TAIL)] = value;
    values++;
    if (last < 0 || counts[last] == perPoint) {
      if (last + 1 == MOST) {
        mergePairs();
      }
      last++;
      steps[last] = 0;
      sums[last] = 0;
      counts[last] = 0;
    }
    steps[last] += step;
    sums[last] += value;
    counts[last]++;
  }

  private void mergePairs() {
    for (int i = 0; i < MOST / 2; i++) {
      steps[i] = steps[2 * i] + steps[2 * i + 1];
      sums[i] = sums[2 * i] + sums[2 * i + 1];
      counts[i] = counts[2 * i] + counts[2 * i + 1];
    }
    last = MOST / 2 - 1;
    perPoint *= 2;
  }

  boolean isEmpty() {
    return values == 0;
  }

  long notFinite() {
    return notFinite;
  }

  /** Mean of the last {@value #TAIL} values, or of all where there are fewer; NaN for none. */
  double recent() {
    return Arrays.stream(tail, 0, (int) Math.min(values, TAIL)).average().orElse(Double.NaN);
  }

  /** The last value; NaN for none. */
  double latest() {
    return isEmpty() ? Double.NaN : tail[(int) ((values - 1) % TAIL)];
  }

  /** Mean steps of the points. */
  double[] x() {
    return means(steps);
  }

  /** Mean values of the points. */
  double[] y() {
    return means(sums);
  }

  /** Steps and values as means of at most {@code most} stretches; the first and last step stay. */
  double[][] coarse(int most) {
    double[] x = x();
    double[] y = y();
    int points = Math.min(most, x.length);
    double[][] coarse = new double[2][points];
    for (int i = 0; i < points; i++) {
      int from = i * x.length / points;
      int to = (i + 1) * x.length / points;
      coarse[0][i] = Arrays.stream(x, from, to).average().orElseThrow();
      coarse[1][i] = Arrays.stream(y, from, to).average().orElseThrow();
    }
    if (points > 0) {
      coarse[0][0] = x[0];
      coarse[0][points - 1] = x[x.length - 1];
    }
    return coarse;
  }

  /** The curve as a line. */
  Series line(String name) {
    return Series.line(name, x(), y());
  }

  private double[] means(double[] totals) {
    double[] means = new double[last + 1];
    Arrays.setAll(means, i -> totals[i] / counts[i]);
    return means;
  }
}
