package dev.mto.evaluation.predict;

import java.io.IOException;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.apache.commons.csv.CSVFormat;

/**
 * Columns {@code path,class,probability}, then {@code class_2,probability_2} and so on for more
 * classes, and {@code label} where images lie in the folders of their classes.
 */
final class CsvPredictions implements PredictionWriter {
  private static final CSVFormat FORMAT =
      CSVFormat.RFC4180.builder().setRecordSeparator('\n').get();

  private final Writer rows;
  private final boolean labelled;

  CsvPredictions(Path file, int top, boolean labelled) throws IOException {
    this.rows = Files.newBufferedWriter(file, StandardCharsets.UTF_8);
    this.labelled = labelled;
    List<String> header = new ArrayList<>(List.of("path", "class", "probability"));
    for (int rank = 2; rank <= top; rank++) {
      header.add("class_" + rank);
      header.add("probability_" + rank);
    }
    if (labelled) {
      header.add("label");
    }
    FORMAT.printRecord(rows, header.toArray());
  }

  @Override
  public void write(Prediction prediction) throws IOException {
    List<String> row = new ArrayList<>();
    row.add(prediction.path());
    for (RankedClass ranked : prediction.top()) {
      row.add(ranked.name());
      row.add(String.format(Locale.ROOT, "%.6f", ranked.probability()));
    }
    if (labelled) {
      row.add(prediction.label());
    }
    FORMAT.printRecord(rows, row.toArray());
  }

  @Override
  public void close() throws IOException {
    rows.close();
  }
}
