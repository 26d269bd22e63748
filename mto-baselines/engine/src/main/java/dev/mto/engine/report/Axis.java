package dev.mto.engine.report;

import java.util.ArrayList;
import java.util.List;

/** An axis from {@code min} to {@code max}, linear or logarithmic, with round ticks. */
record Axis(double min, double max, boolean logarithmic) {
  private static final int TICKS = 5;

  /** An axis that holds every finite value, with some room above and below. */
  static Axis around(double min, double max, boolean logarithmic) {
    if (logarithmic) {
      double room = Math.max(Math.pow(max / min, 0.04), 1.02);
      return new Axis(min / room, max * room, true);
    }
    double span = max - min;
    double room = span > 0 ? 0.05 * span : Math.max(Math.abs(max) * 0.05, 1e-9);
    return new Axis(min - room, max + room, false);
  }

  /** 0 at {@code min}, 1 at {@code max}. */
  double position(double value) {
    return logarithmic ? Math.log(value / min) / Math.log(max / min) : (value - min) / (max - min);
  }

  List<Double> ticks() {
    List<Double> ticks = logarithmic ? powersOfTen() : List.of();
    return ticks.size() >= 2 ? ticks : round();
  }

  private List<Double> powersOfTen() {
    List<Double> ticks = new ArrayList<>();
    int first = (int) Math.ceil(Math.log10(min));
    int last = (int) Math.floor(Math.log10(max));
    int every = Math.max(1, (last - first) / TICKS);
    for (int power = first; power <= last; power += every) {
      ticks.add(Math.pow(10, power));
    }
    return ticks;
  }

  private List<Double> round() {
    double rough = (max - min) / TICKS;
    double decade = Math.pow(10, Math.floor(Math.log10(rough)));
    double leading = rough / decade;
    double step = decade * (leading <= 1.5 ? 1 : leading <= 3.5 ? 2 : leading <= 7.5 ? 5 : 10);
    List<Double> ticks = new ArrayList<>();
    long last = (long) Math.floor(max / step);
    for (long i = (long) Math.ceil(min / step); i <= last; i++) {
      ticks.add(i * step);
    }
    return ticks;
  }
}
