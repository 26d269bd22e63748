package dev.mto.engine.collective;

import dev.mto.engine.errors.UserException;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Ports on which a process may listen.
 *
 * @param first 0 for any that is free
 * @param last included
 */
public record PortRange(int first, int last) {
  private static final Pattern TEXT = Pattern.compile("(\\d{1,5})(?:-(\\d{1,5}))?");

  /** Any port that is free. */
  public static PortRange any() {
    return new PortRange(0, 0);
  }

  /**
   * Reads a range.
   *
   * @param text {@code FIRST-LAST}, one port, or 0 for any
   */
  public static PortRange parse(String text) {
    Matcher parts = TEXT.matcher(text);
    if (parts.matches()) {
      int first = Integer.parseInt(parts.group(1));
      int last = parts.group(2) == null ? first : Integer.parseInt(parts.group(2));
      if (first <= last && last <= 65535 && (first > 0 || last == 0)) {
        return new PortRange(first, last);
      }
    }
    throw new UserException(
        "--ports %s: give FIRST-LAST, each from 1 to 65535, or 0 for any".formatted(text));
  }
}
