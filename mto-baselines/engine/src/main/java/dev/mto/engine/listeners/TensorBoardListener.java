package dev.mto.engine.listeners;

import dev.mto.engine.errors.FileException;
import dev.mto.engine.report.TensorBoardEvents;
import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;

/** Writes every number of a row for TensorBoard; heterogeneity as one curve a layer. */
public final class TensorBoardListener implements TrainingListener {
  private final Path file;
  private final TensorBoardEvents events;

  /** Goes on at the end of {@code file}, which need not be there. */
  public TensorBoardListener(Path file) {
    this.file = file;
    try {
      events = TensorBoardEvents.append(file);
    } catch (IOException e) {
      throw FileException.writing(file, e);
    }
  }

  @Override
  public void stepDone(StepMetrics row) {
    Map<String, Double> scalars = new LinkedHashMap<>();
    row.values()
        .forEach(
            (name, value) -> {
              String tag = name.replace('.', '/');
              if (value instanceof Number number) {
                scalars.put(tag, number.doubleValue());
              } else if (value instanceof double[] layers) {
                for (int l = 0; l < layers.length; l++) {
                  scalars.put(String.format(Locale.ROOT, "%s/%02d", tag, l), layers[l]);
                }
              }
            });
    try {
      events.write(row.step(), scalars);
    } catch (IOException e) {
      throw FileException.writing(file, e);
    }
  }

  @Override
  public void close() {
    try {
      events.close();
    } catch (IOException e) {
      throw FileException.writing(file, e);
    }
  }
}
