package dev.mto.engine.pictures;

import java.math.BigDecimal;
import java.math.MathContext;
import java.text.DecimalFormat;
import java.text.DecimalFormatSymbols;
import java.util.Locale;
import java.util.regex.Pattern;

/** Numbers as people read them; the minus sign is U+2212. */
public final class Numbers {
  private static final Pattern HYPHEN =
      Pattern.compile("(?<![\\w.])-(?=\\.?\\d)|(?<=\\de)-(?=\\d)");

  private Numbers() {}

  /** Four significant digits; powers of ten for very small and very large values. */
  public static String of(double value) {
    return Double.isFinite(value) ? shortest(value, 4) : String.valueOf(value);
  }

  /** Three significant digits. */
  public static String brief(double value) {
    return Double.isFinite(value) ? shortest(value, 3) : String.valueOf(value);
  }

  /** As {@link #of}, with k and M for thousands and millions: ticks of an axis. */
  public static String tick(double value) {
    double size = Math.abs(value);
    if (size >= 1e6) {
      return shortest(value / 1e6, 6) + "M";
    }
    return size >= 1e4 ? shortest(value / 1e3, 6) + "k" : shortest(value, 6);
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
    BigDecimal rounded = new BigDecimal(value).round(new MathContext(digits)).stripTrailingZeros();
    double size = Math.abs(value);
    if (size != 0 && (size < 1e-3 || size >= 1e7)) {
      return withMinus(
          new DecimalFormat("0.#####E0", DecimalFormatSymbols.getInstance(Locale.ROOT))
              .format(rounded)
              .toLowerCase(Locale.ROOT));
    }
    return withMinus(rounded.toPlainString());
  }
}
