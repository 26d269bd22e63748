package dev.mto.engine.device;

import java.util.Comparator;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The compute capability of a GPU, such as 8.6.
 *
 * @param major the architecture
 * @param minor its refinement; device code runs on the same major and an equal or higher minor
 */
public record Capability(int major, int minor) implements Comparable<Capability> {
  private static final Pattern TEXT = Pattern.compile("(\\d{1,3})\\.(\\d{1,3})");
  private static final Comparator<Capability> ORDER =
      Comparator.comparingInt(Capability::major).thenComparingInt(Capability::minor);

  /**
   * Reads {@code 8.6}.
   *
   * @throws IllegalArgumentException if the text is no such number
   */
  public static Capability parse(String text) {
    Matcher matcher = TEXT.matcher(text.trim());
    if (!matcher.matches()) {
      throw new IllegalArgumentException(
          "compute capability '" + text + "' is not two numbers with a dot, such as 8.6");
    }
    return new Capability(Integer.parseInt(matcher.group(1)), Integer.parseInt(matcher.group(2)));
  }

  @Override
  public int compareTo(Capability other) {
    return ORDER.compare(this, other);
  }

  @Override
  public String toString() {
    return major + "." + minor;
  }
}
