package dev.mto.engine.folder;

import java.util.Locale;

/** Numbers of bytes as people say them. */
public final class ByteCount {
  private ByteCount() {}

  /** For example "1.2 GB", of 10^9 bytes. */
  public static String of(long bytes) {
    return bytes < 1_000_000_000
        ? String.format(Locale.ROOT, "%.1f MB", bytes / 1e6)
        : String.format(Locale.ROOT, "%.1f GB", bytes / 1e9);
  }
}
