package dev.mto.engine.report;

import dev.mto.engine.pictures.Numbers;
import dev.mto.engine.pictures.Series;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** One curve a layer, with the values of all layers at the first and the last row kept exactly. */
final class LayerCurves {
  private final List<DownsampledCurve> layers = new ArrayList<>();
  private double[] first = {};
  private double[] last = {};
  private long firstStep;
  private long lastStep;

  void add(long step, double[] values) {
    while (layers.size() < values.length) {
      layers.add(new DownsampledCurve());
    }
    for (int layer = 0; layer < values.length; layer++) {
      layers.get(layer).add(step, values[layer]);
    }
    if (first.length == 0) {
      first = values.clone();
      firstStep = step;
    }
    last = values.clone();
    lastStep = step;
  }

  List<DownsampledCurve> layers() {
    return layers;
  }

  /** Values by layer at the start, the middle and the end of training; fewer where rows are few. */
  List<Series> profiles() {
    List<Series> profiles = new ArrayList<>();
    if (first.length > 0) {
      profiles.add(profile(firstStep, first));
      addMiddle(profiles);
      if (lastStep > firstStep) {
        profiles.add(profile(lastStep, last));
      }
    }
    return profiles;
  }

  /** Values by layer at the end. */
  Series latest(String name) {
    double[] depth = new double[last.length];
    Arrays.setAll(depth, layer -> layer);
    return Series.dots(name, depth, last);
  }

  private void addMiddle(List<Series> profiles) {
    double[] steps = layers.get(0).x();
    int middle = steps.length / 2;
    if (middle > 0 && middle < steps.length - 1) {
      double[] values = layers.stream().mapToDouble(layer -> at(layer.y(), middle)).toArray();
      profiles.add(profile(Math.round(steps[middle]), values));
    }
  }

  private static double at(double[] values, int index) {
    return index < values.length ? values[index] : Double.NaN;
  }

  private static Series profile(long step, double[] values) {
    double[] depth = new double[values.length];
    Arrays.setAll(depth, layer -> layer);
    return Series.dots("step " + Numbers.count(step), depth, values);
  }
}
