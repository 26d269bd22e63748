package dev.mto.engine.device;

import java.util.Arrays;
import java.util.regex.Pattern;

/**
 * The version of an NVIDIA driver.
 *
 * @param text as NVIDIA writes it, such as 510.39.01
 */
public record DriverVersion(String text) implements Comparable<DriverVersion> {
  private static final Pattern TEXT = Pattern.compile("\\d{1,6}(\\.\\d{1,6}){1,3}");

  /** Refuses what is no version. */
  public DriverVersion {
    if (!TEXT.matcher(text).matches()) {
      throw new IllegalArgumentException(
          "driver version '" + text + "' is not numbers with dots, such as 510.39.01");
    }
  }

  @Override
  public int compareTo(DriverVersion other) {
    return Arrays.compare(numbers(), other.numbers());
  }

  @Override
  public String toString() {
    return text;
  }

  private int[] numbers() {
    return Arrays.stream(text.split("\\.", -1)).mapToInt(Integer::parseInt).toArray();
  }
}
