package dev.mto.engine.analysis;

import dev.mto.engine.folder.AtomicFiles;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Locale;
import org.apache.commons.csv.CSVFormat;
import org.apache.commons.csv.CSVPrinter;

/** The figures of a picture, as comma-separated values (RFC 4180) in a file beside it. */
final class Csv {
  private final StringBuilder text = new StringBuilder();
  private final CSVPrinter printer;

  Csv(String... heading) throws IOException {
    printer =
        CSVFormat.RFC4180.builder().setHeader(heading).setRecordSeparator('\n').get().print(text);
  }

  void row(Object... values) throws IOException {
    printer.printRecord(
        Arrays.stream(values)
            .map(v -> v instanceof Double ? String.format(Locale.ROOT, "%.7g", v) : v));
  }

  /** Writes the file of the same name beside {@code png}. */
  void writeBeside(Path png) throws IOException {
    String name = png.getFileName().toString().replaceFirst("\\.png$", ".csv");
    AtomicFiles.writeString(png.resolveSibling(name), text.toString());
  }
}
