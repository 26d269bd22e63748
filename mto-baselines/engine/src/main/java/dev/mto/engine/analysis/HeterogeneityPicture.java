package dev.mto.engine.analysis;

import dev.mto.engine.graph.Masking;
import dev.mto.engine.graph.TrainingGraph;
import dev.mto.engine.pictures.HeterogeneityChart;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.nd4j.autodiff.samediff.SDVariable;

/** H of every layer of each token group, means over a batch (eq. 2), as Fig. 1 of the paper. */
final class HeterogeneityPicture {
  private final TrainingGraph graph;
  private final SampleBatch sample;

  HeterogeneityPicture(TrainingGraph graph, SampleBatch sample) {
    this.graph = graph;
    this.sample = sample;
  }

  /**
   * Writes the chart, and beside it a CSV of its figures.
   *
   * @param when says in the legend which weights these are
   */
  HeterogeneityByLayer write(Path png, String when) {
    List<SDVariable> wanted = new ArrayList<>();
    for (TrainingGraph.Group group : graph.groups()) {
      wanted.addAll(group.heterogeneity());
      wanted.addAll(group.layers());
    }
    HeterogeneityByLayer[] result = new HeterogeneityByLayer[1];
    sample.with(
        wanted,
        (batch, values) -> {
          Map<String, Map<String, LayerFigures>> layers = new LinkedHashMap<>();
          Map<String, double[]> curves = new LinkedHashMap<>();
          for (TrainingGraph.Group group : graph.groups()) {
            Map<String, LayerFigures> named = new LinkedHashMap<>();
            for (int layer = 0; layer < group.layers().size(); layer++) {
              named.put(
                  group.layerName(layer),
                  LayerFigures.of(
                      values.get(group.heterogeneity().get(layer).name()).getDouble(0),
                      values.get(group.layers().get(layer).name()),
                      batch.masks()));
            }
            layers.put(group.name(), named);
            curves.put(
                group.module() + ", " + when,
                named.values().stream().mapToDouble(LayerFigures::heterogeneity).toArray());
          }
          Masking masking = Masking.of(batch.masks());
          result[0] = new HeterogeneityByLayer(layers, masking);
          HeterogeneityChart.write(
              png,
              String.format(
                  Locale.ROOT,
                  "Heterogeneity of masked against visible tokens, mask ratio %.3f",
                  masking.ratio()),
              curves,
              masking.bound());
          figures(result[0], png);
        });
    return result[0];
  }

  private static void figures(HeterogeneityByLayer result, Path png) throws IOException {
    Csv csv =
        new Csv(
            "layer",
            "heterogeneity",
            "bound",
            "mask_ratio",
            "logarithm",
            "masked_norm",
            "visible_norm");
    for (Map<String, LayerFigures> named : result.layers().values()) {
      for (Map.Entry<String, LayerFigures> layer : named.entrySet()) {
        csv.row(
            layer.getKey(),
            layer.getValue().heterogeneity(),
            result.masking().bound(),
            result.masking().ratio(),
            "natural",
            layer.getValue().maskedNorm(),
            layer.getValue().visibleNorm());
      }
    }
    csv.writeBeside(png);
  }
}
