package dev.mto.evaluation;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.mto.engine.folder.AtomicFiles;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** {@code metrics.jsonl} of a classifier: one JSON object an epoch, replaced as a whole. */
final class EpochLog {
  private static final ObjectMapper JSON = new ObjectMapper();

  private final Path file;
  private final List<EpochRow> rows;

  private EpochLog(Path file, List<EpochRow> rows) {
    this.file = file;
    this.rows = rows;
  }

  /** The rows of the first {@code epochs} epochs, as far as they were written. */
  static EpochLog open(Path file, int epochs) {
    List<EpochRow> rows = new ArrayList<>();
    if (Files.exists(file)) {
      try {
        for (String line : Files.readAllLines(file)) {
          EpochRow row = JSON.readValue(line, EpochRow.class);
          if (row.epoch() <= epochs) {
            rows.add(row);
          }
        }
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
    return new EpochLog(file, rows);
  }

  void add(EpochRow row) {
    rows.add(row);
    StringBuilder text = new StringBuilder();
    try {
      for (EpochRow each : rows) {
        text.append(JSON.writeValueAsString(each)).append('\n');
      }
      AtomicFiles.writeString(file, text.toString());
    } catch (JsonProcessingException e) {
      throw new IllegalStateException(e);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  List<EpochRow> rows() {
    return List.copyOf(rows);
  }

  /** The highest top-1 accuracy so far, or -1. */
  double best() {
    return rows.stream().mapToDouble(EpochRow::top1).max().orElse(-1);
  }
}
