package dev.mto.engine.report;

import java.util.ArrayList;
import java.util.List;

/** One curve a layer, with the values of all layers at the first and the last row kept exactly. */
final class LayerCurves {
  private final List<DownsampledCurve> layers = new ArrayList<>();
  private Profile first;
  private Profile last;

  /** The values of all layers at a step. */
  record Profile(long step, double[] values) {}

  void add(long step, double[] values) {
    if (values.length == 0) {
      return;
    }
    while (layers.size() < values.length) {
      layers.add(new DownsampledCurve());
    }
    for (int layer = 0; layer < values.length; layer++) {
      layers.get(layer).add(step, values[layer]);
    }
    last = new Profile(step, values);
    first = first == null ? last : first;
  }

  List<DownsampledCurve> layers() {
    return layers;
  }

  /** Profiles at the start, the middle and the end of training; fewer where rows are few. */
  List<Profile> profiles() {
    List<Profile> profiles = new ArrayList<>();
    if (first != null) {
      profiles.add(first);
      middle(profiles);
      if (last.step() > first.step()) {
        profiles.add(last);
      }
    }
    return profiles;
  }

  private void middle(List<Profile> profiles) {
    double[] steps = layers.get(0).x();
    int at = steps.length / 2;
    if (at == 0 || at >= steps.length - 1) {
      return;
    }
    double[] values = new double[layers.size()];
    for (int layer = 0; layer < values.length; layer++) {
      double[] curve = layers.get(layer).y();
      values[layer] = at < curve.length ? curve[at] : Double.NaN;
    }
    profiles.add(new Profile(Math.round(steps[at]), values));
  }
}
