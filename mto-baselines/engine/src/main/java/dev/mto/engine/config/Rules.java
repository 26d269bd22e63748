package dev.mto.engine.config;

import java.util.List;

/** Checks of configured values; each failure names the key, the value and the rule. */
public final class Rules {
  /** What {@link #positive} asks for. */
  public static final String POSITIVE = "greater than 0";

  /** What {@link #notNegative} asks for. */
  public static final String NOT_NEGATIVE = "0 or greater";

  /** What {@link #share} asks for. */
  public static final String SHARE = "between 0 and 1";

  private Rules() {}

  public static void require(boolean holds, String key, Object value, String rule) {
    if (!holds) {
      throw new IllegalArgumentException(key + ": " + value + " must be " + rule);
    }
  }

  /** Refuses a key that was set to nothing. */
  public static void given(String key, Object value) {
    require(value != null, key, value, "given (leave the key out to keep the recipe's)");
  }

  public static void positive(String key, double value) {
    require(value > 0 && Double.isFinite(value), key, shown(value), POSITIVE);
  }

  public static void notNegative(String key, double value) {
    require(value >= 0 && Double.isFinite(value), key, shown(value), NOT_NEGATIVE);
  }

  public static void share(String key, double value) {
    require(value >= 0 && value <= 1, key, shown(value), SHARE);
  }

  public static void betas(String key, List<Double> betas) {
    require(
        betas != null && betas.size() == 2 && betas.stream().allMatch(b -> b >= 0 && b < 1),
        key,
        betas,
        "two numbers in [0, 1)");
  }

  /** A smallest and a largest value above 0. */
  public static void range(String key, List<Double> range, double most) {
    require(
        range != null
            && range.size() == 2
            && range.get(0) > 0
            && range.get(0) <= range.get(1)
            && range.get(1) <= most,
        key,
        range,
        "[smallest, largest] with 0 < smallest <= largest"
            + (most == Double.MAX_VALUE ? "" : " <= " + shown(most)));
  }

  private static String shown(double value) {
    return value == Math.rint(value) && Math.abs(value) < 1e15
        ? Long.toString((long) value)
        : Double.toString(value);
  }
}
