package dev.mto.engine.analysis;

import dev.mto.engine.folder.AtomicFiles;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Locale;
import org.apache.commons.csv.CSVFormat;

/** The figures of a picture, as comma-separated values (RFC 4180) in a file beside it. */
final class Csv {
  private static final CSVFormat FORMAT =
      CSVFormat.RFC4180.builder().setRecordSeparator('\n').get();

  private final StringBuilder text = new StringBuilder();

  Csv(String... heading) throws IOException {
    row((Object[]) heading);
  }

  void row(Object... values) throws IOException {
    FORMAT.printRecord(
        text,
        Arrays.stream(values)
            .map(v -> v instanceof Double d ? String.format(Locale.ROOT, "%.7g", d) : v)
            .toArray());
  }

  /** Writes the file of the same name beside {@code png}. */
  void writeBeside(Path png) throws IOException {
    String name = png.getFileName().toString().replaceFirst("\\.png$", ".csv");
    AtomicFiles.writeString(png.resolveSibling(name), text.toString());
  }
}
