package dev.mto.engine.report;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.json.JsonReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectReader;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.mto.engine.errors.FileException;
import dev.mto.engine.errors.UserException;
import dev.mto.engine.folder.AtomicFiles;
import java.io.BufferedReader;
import java.io.BufferedWriter;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * The file {@code metrics.jsonl} of a run, one JSON object a line and step. It is read line by
 * line, so its length does not matter; a half-written last line, as a killed process leaves it, is
 * passed over.
 */
public final class MetricsFile {
  private static final ObjectReader JSON =
      JsonMapper.builder()
          .enable(JsonReadFeature.ALLOW_NON_NUMERIC_NUMBERS)
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
          .build()
          .reader();

  private MetricsFile() {}

  /**
   * Hands each row to {@code reader}, in the order of the file.
   *
   * @throws FileException if it cannot be read
   * @throws UserException if a line other than the last is not a JSON object with a step
   */
  public static void forEach(Path file, Consumer<MetricsRow> reader) {
    try {
      List<Integer> damaged = read(file, (line, row) -> reader.accept(row));
      if (!damaged.isEmpty()) {
        throw new UserException(
            "%s, line %d: not a JSON object with a step; mend or remove that line"
                .formatted(file, damaged.get(0)));
      }
    } catch (IOException e) {
      throw FileException.reading(file, e);
    }
  }

  /**
   * Keeps the rows up to and including {@code step} as they are, and drops later ones and lines
   * that are no rows. The file is replaced whole. Does nothing where it does not exist. Close a
   * writer of the file first.
   *
   * @return numbers of the lines, but the last, that were no rows
   * @throws FileException if it cannot be read or replaced
   */
  public static List<Integer> truncateAfter(Path file, long step) {
    if (Files.notExists(file)) {
      return List.of();
    }
    List<Integer> damaged = new ArrayList<>();
    AtomicFiles.write(
        file,
        temporary -> {
          try (BufferedWriter kept = Files.newBufferedWriter(temporary)) {
            damaged.addAll(
                read(
                    file,
                    (line, row) -> {
                      if (row.step() <= step) {
                        kept.write(line);
                        kept.write('\n');
                      }
                    }));
          }
        });
    return damaged;
  }

  @FunctionalInterface
  private interface LineReader {
    void accept(String line, MetricsRow row) throws IOException;
  }

  /** Returns the numbers of the lines, but the last, that are no rows. */
  private static List<Integer> read(Path file, LineReader reader) throws IOException {
    List<Integer> damaged = new ArrayList<>();
    CharsetDecoder forgiving =
        StandardCharsets.UTF_8.newDecoder().onMalformedInput(CodingErrorAction.REPLACE);
    try (BufferedReader lines =
        new BufferedReader(new InputStreamReader(Files.newInputStream(file), forgiving))) {
      String line = lines.readLine();
      for (int number = 1; line != null; number++) {
        String following = lines.readLine();
        JsonNode row = parse(line);
        if (row != null) {
          reader.accept(line, new MetricsRow(row));
        } else if (following != null) {
          damaged.add(number);
        }
        line = following;
      }
    }
    return damaged;
  }

  /** The row on a line, where there is one. */
  static Optional<MetricsRow> row(String line) {
    return Optional.ofNullable(parse(line)).map(MetricsRow::new);
  }

  /** The object on the line, or null where there is none. */
  private static JsonNode parse(String line) {
    try {
      JsonNode row = JSON.readTree(line);
      return row.path("step").isIntegralNumber() ? row : null;
    } catch (JsonProcessingException e) {
      return null;
    }
  }
}
