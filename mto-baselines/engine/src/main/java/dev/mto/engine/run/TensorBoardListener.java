package dev.mto.engine.run;

import dev.mto.engine.report.TensorBoardEvents;
import java.nio.file.Path;
import java.util.Map;

/** Writes every number of a row for TensorBoard; heterogeneity as one curve a layer. */
final class TensorBoardListener implements RunListener {
  private final TensorBoardEvents events;

  TensorBoardListener(Path file) {
    events = TensorBoardEvents.append(file);
  }

  @Override
  public void stepDone(MetricsRow row) {
    for (Map.Entry<String, Object> entry : row.values().entrySet()) {
      String tag = entry.getKey().replace('.', '/');
      if (entry.getValue() instanceof Number number) {
        events.scalar(row.step(), tag, number.doubleValue());
      } else if (entry.getValue() instanceof double[] layers) {
        for (int l = 0; l < layers.length; l++) {
          events.scalar(row.step(), tag + "/%02d".formatted(l), layers[l]);
        }
      }
    }
    events.flush();
  }

  @Override
  public void close() {
    events.close();
  }
}
