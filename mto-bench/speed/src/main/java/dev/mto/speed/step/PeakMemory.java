package dev.mto.speed.step;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Memory of this process. */
final class PeakMemory {
  private static final Path STATUS = Path.of("/proc/self/status");
  private static final int KIBIBYTES = 1024;

  private PeakMemory() {}

  /** Most resident memory so far in MiB; NaN where the system does not tell. */
  static double mebibytes() throws IOException {
    return Files.exists(STATUS) ? of(Files.readString(STATUS)) : Double.NaN;
  }

  /** The same from the text of /proc/self/status. */
  static double of(String status) {
    return status
        .lines()
        .filter(line -> line.startsWith("VmHWM:"))
        .mapToDouble(line -> Double.parseDouble(line.replaceAll("[^0-9]", "")) / KIBIBYTES)
        .findFirst()
        .orElse(Double.NaN);
  }
}
