package dev.mto.engine.pictures;

import java.math.BigDecimal;
import java.math.MathContext;
import java.text.DecimalFormat;
import java.text.DecimalFormatSymbols;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;

/** Numbers as people read them; the minus sign is U+2212. */
public final class Numbers {
  private static final Pattern HYPHEN =
      Pattern.compile("(?<![\\w.])-(?=\\.?\\d)|(?<=\\de)-(?=\\d)");

  private static final double SMALL = 1e-3;
  private static final double LARGE = 1e7;
  private static final int TICK_DIGITS = 6;

  private Numbers() {}

  /** Four significant digits; powers of ten for very small and very large values. */
  public static String of(double value) {
    return Double.isFinite(value) ? shortest(value, 4) : String.valueOf(value);
  }

  /** Three significant digits. */
  public static String brief(double value) {
    return Double.isFinite(value) ? shortest(value, 3) : String.valueOf(value);
  }

  /**
   * The numbers of an axis, all written in one way: with k or M for thousands or millions where the
   * largest is of that size, as powers of ten where all are small.
   */
  static List<String> ticks(List<Double> values) {
    double largest = values.stream().mapToDouble(Math::abs).max().orElse(0);
    if (largest < SMALL) {
      return values.stream().map(value -> value == 0 ? "0" : power(value, TICK_DIGITS)).toList();
    }
    double unit = largest >= 1e6 ? 1e6 : largest >= 1e4 ? 1e3 : 1;
    return values.stream().map(value -> tick(value, largest, unit)).toList();
  }

  private static String tick(double value, double largest, double unit) {
    double size = Math.abs(value);
    if (size != 0 && size < SMALL && size < SMALL * largest) {
      return power(value, TICK_DIGITS);
    }
    if (size <= unit / 10) {
      return size < 1e4 ? plain(value, TICK_DIGITS) : plain(value / 1e3, TICK_DIGITS) + "k";
    }
    return plain(value / unit, TICK_DIGITS) + (unit == 1e6 ? "M" : unit == 1e3 ? "k" : "");
  }

  /** {@code text} with the sign U+2212 for a hyphen that means minus. */
  public static String withMinus(String text) {
    return HYPHEN.matcher(text).replaceAll("\u2212");
  }

  /** A count with separated thousands. */
  public static String count(long value) {
    return String.format(Locale.ROOT, "%,d", value);
  }

  /** A fraction of 1 in per cent. */
  public static String percent(double fraction) {
    return withMinus(String.format(Locale.ROOT, "%.1f %%", 100 * fraction));
  }

  private static String shortest(double value, int digits) {
    double size = Math.abs(value);
    return size != 0 && (size < SMALL || size >= LARGE)
        ? power(value, digits)
        : plain(value, digits);
  }

  private static BigDecimal rounded(double value, int digits) {
    return new BigDecimal(value).round(new MathContext(digits)).stripTrailingZeros();
  }

  private static String plain(double value, int digits) {
    return withMinus(rounded(value, digits).toPlainString());
  }

  private static String power(double value, int digits) {
    return withMinus(
        new DecimalFormat("0.#####E0", DecimalFormatSymbols.getInstance(Locale.ROOT))
            .format(rounded(value, digits))
            .toLowerCase(Locale.ROOT));
  }
}
