package dev.mto.engine.pictures;

import java.util.ArrayList;
import java.util.List;

/** An axis from {@code min} to {@code max}, linear or logarithmic, with round ticks. */
record Axis(double min, double max, boolean logarithmic) {
  /**
   * A linear axis spans at least this share of its largest value: less is shown as the little it
   * is.
   */
  private static final double LEAST_SPAN = 0.1;

  /** A logarithmic axis spans at least this ratio. */
  private static final double LEAST_RATIO = 2;

  /** Values of one sign that come nearer to 0 than this share of the largest are shown from 0. */
  private static final double FROM_ZERO = 0.4;

  private static final double ROOM = 0.05;

  /**
   * An axis that holds every value, with some room above and below. Nearly equal values are not
   * magnified: the axis spans at least a tenth of the largest value, or a ratio of 2.
   */
  static Axis around(double min, double max, boolean logarithmic) {
    if (logarithmic) {
      double missing = Math.sqrt(Math.max(LEAST_RATIO / (max / min), 1));
      double room = Math.pow(max / min, ROOM) * missing;
      return new Axis(min / room, max * room, true);
    }
    double largest = Math.max(Math.abs(min), Math.abs(max));
    double least = largest == 0 ? 1 : LEAST_SPAN * largest;
    double missing = Math.max(0, least - (max - min)) / 2;
    double room = ROOM * Math.max(max - min, least) + missing;
    double low = min >= 0 && min < FROM_ZERO * max ? 0 : min - room;
    return new Axis(min >= 0 ? Math.max(0, low) : low, max + room, false);
  }

  /** 0 at {@code min}, 1 at {@code max}. */
  double position(double value) {
    return logarithmic ? Math.log(value / min) / Math.log(max / min) : (value - min) / (max - min);
  }

  /**
   * Round values inside the axis.
   *
   * @param most about how many
   * @param whole whether only whole numbers are wanted
   */
  List<Double> ticks(int most, boolean whole) {
    if (logarithmic) {
      for (double[] leading : new double[][] {{1, 2, 5}, {1, 3}, {1}}) {
        List<Double> ticks = decades(leading, 1);
        if (ticks.size() >= 2 && ticks.size() <= most + 1) {
          return ticks;
        }
      }
      List<Double> powers = decades(new double[] {1}, 1);
      if (powers.size() >= 2) {
        return decades(new double[] {1}, (powers.size() + most - 1) / most);
      }
    }
    return round(most, whole);
  }

  private List<Double> decades(double[] leading, int every) {
    List<Double> ticks = new ArrayList<>();
    int first = (int) Math.floor(Math.log10(min));
    int last = (int) Math.floor(Math.log10(max));
    for (int power = first; power <= last; power += every) {
      for (double digit : leading) {
        double tick = digit * Math.pow(10, power);
        if (tick >= min && tick <= max) {
          ticks.add(tick);
        }
      }
    }
    return ticks;
  }

  private List<Double> round(int most, boolean whole) {
    double rough = (max - min) / most;
    double decade = Math.pow(10, Math.floor(Math.log10(rough)));
    double leading = rough / decade;
    double step = decade * (leading <= 1.01 ? 1 : leading <= 2.01 ? 2 : leading <= 5.01 ? 5 : 10);
    step = whole ? Math.max(1, step) : step;
    List<Double> ticks = new ArrayList<>();
    long last = (long) Math.floor(max / step + 1e-9);
    for (long i = (long) Math.ceil(min / step - 1e-9); i <= last; i++) {
      ticks.add(i * step);
    }
    return ticks;
  }
}
