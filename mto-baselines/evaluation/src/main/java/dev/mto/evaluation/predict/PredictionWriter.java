package dev.mto.evaluation.predict;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Locale;

/** Writes predictions one after another; nothing of them is held. */
interface PredictionWriter extends AutoCloseable {
  /**
   * A writer in the format that a file's name ends in.
   *
   * @param named {@code .json}, or anything else for CSV
   * @param to where it is written
   * @param top how many classes a prediction has
   * @param labelled whether they have labels
   */
  static PredictionWriter of(Path named, Path to, int top, boolean labelled) throws IOException {
    String name = String.valueOf(named.getFileName()).toLowerCase(Locale.ROOT);
    return name.endsWith(".json") ? new JsonPredictions(to) : new CsvPredictions(to, top, labelled);
  }

  void write(Prediction prediction) throws IOException;

  @Override
  void close() throws IOException;
}
