package dev.mto.evaluation.curve;

import dev.mto.engine.errors.UserException;
import java.io.IOException;
import java.io.Reader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import org.apache.commons.csv.CSVFormat;
import org.apache.commons.csv.CSVParser;
import org.apache.commons.csv.CSVRecord;

/**
 * Curves of a CSV file with the columns {@code epoch,accuracy[,seed]} in any order.
 *
 * @param file the file
 * @param seeded whether it has seeds
 * @param curves by seed, or one under an empty name
 */
public record CurveFile(Path file, boolean seeded, SortedMap<String, AccuracyCurve> curves) {
  private static final CSVFormat FORMAT =
      CSVFormat.RFC4180
          .builder()
          .setHeader()
          .setSkipHeaderRecord(true)
          .setIgnoreSurroundingSpaces(true)
          .setIgnoreHeaderCase(true)
          .get();

  /**
   * Reads a file.
   *
   * @throws UserException when it is missing or something in it is wrong
   */
  public static CurveFile read(Path file) {
    Map<String, Map<Double, Double>> points = new LinkedHashMap<>();
    boolean seeded;
    try (Reader reader = Files.newBufferedReader(file, StandardCharsets.UTF_8);
        CSVParser rows = FORMAT.parse(reader)) {
      requireColumn(file, rows, "epoch");
      requireColumn(file, rows, "accuracy");
      seeded = rows.getHeaderMap().containsKey("seed");
      for (CSVRecord row : rows) {
        String seed = seeded ? row.get("seed") : "";
        double epoch = number(file, row, "epoch");
        double accuracy = number(file, row, "accuracy");
        if (points.computeIfAbsent(seed, s -> new TreeMap<>()).put(epoch, accuracy) != null) {
          throw new UserException(
              "%s: line %d: epoch %s is there twice%s; give one accuracy for each"
                  .formatted(
                      file, row.getRecordNumber() + 1, epoch, seeded ? " for seed " + seed : ""));
        }
      }
    } catch (NoSuchFileException e) {
      throw new UserException(file + ": no such file; give a CSV with epoch,accuracy[,seed]", e);
    } catch (IOException | IllegalArgumentException e) {
      throw new UserException(
          file + ": not a CSV file that can be read (" + e.getMessage() + ")", e);
    }
    if (points.isEmpty()) {
      throw new UserException(file + ": has no rows; give epoch,accuracy[,seed] and at least two");
    }
    SortedMap<String, AccuracyCurve> curves = new TreeMap<>();
    points.forEach(
        (seed, of) -> {
          try {
            curves.put(seed, new AccuracyCurve(of));
          } catch (IllegalArgumentException e) {
            throw new UserException(
                file + ": " + (seed.isEmpty() ? "" : "seed " + seed + ": ") + e.getMessage(), e);
          }
        });
    return new CurveFile(file, seeded, curves);
  }

  private static void requireColumn(Path file, CSVParser rows, String name) {
    if (!rows.getHeaderMap().containsKey(name)) {
      throw new UserException(
          "%s: has no column '%s' (its first line is %s); give epoch,accuracy[,seed]"
              .formatted(file, name, rows.getHeaderNames()));
    }
  }

  private static double number(Path file, CSVRecord row, String column) {
    String text = row.isSet(column) ? row.get(column) : "";
    try {
      double value = Double.parseDouble(text);
      if (Double.isFinite(value)) {
        return value;
      }
    } catch (NumberFormatException e) {
      // refused below, as what is not finite
    }
    throw new UserException(
        "%s: line %d: %s is '%s' but must be a number"
            .formatted(file, row.getRecordNumber() + 1, column, text));
  }

  /** Whether all accuracies are shares, at most 1. */
  public boolean inShares() {
    return curves.values().stream()
        .flatMap(curve -> curve.points().values().stream())
        .allMatch(accuracy -> accuracy <= 1);
  }
}
