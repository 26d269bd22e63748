package dev.mto.engine.analysis;

import java.nio.file.Path;
import java.util.Arrays;
import java.util.Locale;
import java.util.stream.Collectors;

/** Rows of comma-separated values (RFC 4180) under a heading. */
final class Csv {
  private final StringBuilder text = new StringBuilder();

  Csv(String... heading) {
    row((Object[]) heading);
  }

  /** The file of the same name beside a picture. */
  static Path beside(Path png) {
    return png.resolveSibling(png.getFileName().toString().replaceFirst("\\.png$", ".csv"));
  }

  void row(Object... values) {
    text.append(Arrays.stream(values).map(Csv::field).collect(Collectors.joining(",")))
        .append('\n');
  }

  String text() {
    return text.toString();
  }

  private static String field(Object value) {
    if (value instanceof Double || value instanceof Float) {
      return String.format(Locale.ROOT, "%.7g", ((Number) value).doubleValue());
    }
    String plain = String.valueOf(value);
    return plain.matches("[^\",\r\n]*") ? plain : '"' + plain.replace("\"", "\"\"") + '"';
  }
}
