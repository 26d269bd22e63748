package dev.mto.evaluation.embed;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.BufferedWriter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.apache.commons.csv.CSVFormat;
import org.apache.commons.csv.CSVPrinter;

/** Vectors and their paths as text in UTF-8. */
final class TextEmbeddings {
  private TextEmbeddings() {}

  /** A heading and a line for each image; values are the shortest that read back as the same. */
  static void writeCsv(Path file, EmbeddingTable table) throws IOException {
    List<String> heading = new ArrayList<>(List.of("path"));
    for (int i = 0; i < table.dim(); i++) {
      heading.add("v" + i);
    }
    CSVFormat format =
        CSVFormat.RFC4180
            .builder()
            .setRecordSeparator("\n")
            .setHeader(heading.toArray(String[]::new))
            .get();
    try (BufferedWriter out = Files.newBufferedWriter(file, UTF_8);
        CSVPrinter csv = new CSVPrinter(out, format)) {
      table.forEach(
          row -> {
            csv.print(row.image());
            for (float value : row.vector()) {
              csv.print(value);
            }
            csv.println();
          });
    }
  }

  /** A line for each image; what would break a line in two is a question mark. */
  static void writePaths(Path file, EmbeddingTable table) throws IOException {
    try (BufferedWriter out = Files.newBufferedWriter(file, UTF_8)) {
      table.forEach(row -> out.write(row.image().toString().replaceAll("[\r\n]", "?") + "\n"));
    }
  }
}
