package dev.mto.engine.analysis;

import dev.mto.engine.pictures.LineChart;
import dev.mto.engine.pictures.Series;
import dev.mto.engine.report.MetricsFile;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** {@code loss.png}: the self-supervised loss, what it has to beat, and the validation loss. */
final class LossChart {
  private static final int MOST_POINTS = 2000;

  private LossChart() {}

  static void write(Path metrics, Path png) throws IOException {
    Thinned loss = new Thinned();
    Thinned reference = new Thinned();
    Thinned validation = new Thinned();
    MetricsFile.forEach(
        metrics,
        row -> {
          row.number("loss.ss").ifPresent(v -> loss.add(row.step(), v));
          row.number("loss.reference").ifPresent(v -> reference.add(row.step(), v));
          row.number("val_loss").ifPresent(v -> validation.add(row.step(), v));
        });
    LineChart chart =
        LineChart.of("Self-supervised loss", "step", "loss")
            .with(Series.line("training", loss.x(), loss.y()))
            .with(Series.dashed("prediction without a model", reference.x(), reference.y()));
    if (validation.x().length > 0) {
      chart = chart.with(Series.dots("validation", validation.x(), validation.y()));
    }
    chart.write(png);
  }

  /** Points at equal distances, at most twice {@link #MOST_POINTS} held, however long the run. */
  private static final class Thinned {
    private final List<double[]> points = new ArrayList<>();
    private long every = 1;
    private long seen;

    void add(long x, double y) {
      if (seen++ % every == 0) {
        points.add(new double[] {(double) x, y});
      }
      if (points.size() == 2 * MOST_POINTS) {
        for (int i = MOST_POINTS - 1; i >= 0; i--) {
          points.remove(2 * i + 1);
        }
        every *= 2;
      }
    }

    double[] x() {
      return points.stream().mapToDouble(p -> p[0]).toArray();
    }

    double[] y() {
      return points.stream().mapToDouble(p -> p[1]).toArray();
    }
  }
}
