package dev.mto.engine.folder;

import java.util.Locale;

/** Durations as people say them. */
public final class Durations {
  private Durations() {}

  /** For example "2 min 05 s". */
  public static String of(double seconds) {
    long s = Math.max(0, Math.round(seconds));
    if (s < 60) {
      return s + " s";
    }
    if (s < 3600) {
      return String.format(Locale.ROOT, "%d min %02d s", s / 60, s % 60);
    }
    if (s < 86_400) {
      return String.format(Locale.ROOT, "%d h %02d min", s / 3600, s % 3600 / 60);
    }
    return String.format(Locale.ROOT, "%d d %d h", s / 86_400, s % 86_400 / 3600);
  }
}
