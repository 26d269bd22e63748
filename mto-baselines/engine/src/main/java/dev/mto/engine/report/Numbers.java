package dev.mto.engine.report;

import java.math.BigDecimal;
import java.math.MathContext;
import java.text.DecimalFormat;
import java.text.DecimalFormatSymbols;
import java.util.Locale;

/** Numbers as people read them. */
final class Numbers {
  private Numbers() {}

  /** Four significant digits; powers of ten for very small and very large values. */
  static String of(double value) {
    return Double.isFinite(value) ? shortest(value, 4) : String.valueOf(value);
  }

  /** As {@link #of}, with k and M for thousands and millions: ticks of an axis. */
  static String tick(double value) {
    double size = Math.abs(value);
    if (size >= 1e6) {
      return shortest(value / 1e6, 6) + "M";
    }
    return size >= 1e4 ? shortest(value / 1e3, 6) + "k" : shortest(value, 6);
  }

  /** A count with separated thousands. */
  static String count(long value) {
    return String.format(Locale.ROOT, "%,d", value);
  }

  static String percent(double fraction) {
    return String.format(Locale.ROOT, "%.1f %%", 100 * fraction);
  }

  private static String shortest(double value, int digits) {
    BigDecimal rounded = new BigDecimal(value).round(new MathContext(digits)).stripTrailingZeros();
    double size = Math.abs(value);
    if (size != 0 && (size < 1e-3 || size >= 1e7)) {
      return new DecimalFormat("0.#####E0", DecimalFormatSymbols.getInstance(Locale.ROOT))
          .format(rounded)
          .toLowerCase(Locale.ROOT);
    }
    return rounded.toPlainString();
  }
}
