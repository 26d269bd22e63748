package dev.mto.engine.analysis;

import dev.mto.data.mask.Mask;
import dev.mto.engine.errors.FileException;
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

/** H of every layer of each token group, means over images (eq. 2), as Fig. 1 of the paper. */
final class HeterogeneityPicture {
  private final TrainingGraph graph;
  private final SampleBatch sample;
  private final int atLeast;

  /**
   * Of some images.
   *
   * @param atLeast how many, as {@link SampleBatch#forEach} takes them
   */
  HeterogeneityPicture(TrainingGraph graph, SampleBatch sample, int atLeast) {
    this.graph = graph;
    this.sample = sample;
    this.atLeast = atLeast;
  }

  /**
   * Writes the chart, and beside it a CSV of its figures.
   *
   * @param when says in the legend which weights these are
   */
  HeterogeneityByLayer write(Path png, String when) {
    HeterogeneityByLayer result = measure();
    Map<String, double[]> curves = new LinkedHashMap<>();
    for (TrainingGraph.Group group : graph.groups()) {
      curves.put(
          group.module() + ", " + when,
          result.layers().get(group.name()).values().stream()
              .mapToDouble(LayerFigures::heterogeneity)
              .toArray());
    }
    try {
      HeterogeneityChart.write(
          png,
          String.format(
              Locale.ROOT,
              "Heterogeneity of masked against visible tokens, mask ratio %.3f, %d images",
              result.masking().ratio(),
              result.images()),
          curves,
          result.masking().bound());
      figures(result, png);
    } catch (IOException e) {
      throw FileException.writing(png, e);
    }
    return result;
  }

  private HeterogeneityByLayer measure() {
    List<SDVariable> wanted = new ArrayList<>();
    Map<String, Map<String, LayerSums>> sums = new LinkedHashMap<>();
    for (TrainingGraph.Group group : graph.groups()) {
      wanted.addAll(group.heterogeneity());
      wanted.addAll(group.layers());
      sums.put(group.name(), new LinkedHashMap<>());
    }
    List<Mask> masks = new ArrayList<>();
    sample.forEach(
        wanted,
        atLeast,
        (batch, values) -> {
          masks.addAll(batch.masks());
          for (TrainingGraph.Group group : graph.groups()) {
            for (int layer = 0; layer < group.layers().size(); layer++) {
              sums.get(group.name())
                  .computeIfAbsent(group.layerName(layer), name -> new LayerSums())
                  .add(
                      values.get(group.heterogeneity().get(layer).name()).getDouble(0),
                      values.get(group.layers().get(layer).name()),
                      batch.masks());
            }
          }
        });
    Map<String, Map<String, LayerFigures>> layers = new LinkedHashMap<>();
    sums.forEach(
        (group, named) -> {
          layers.put(group, new LinkedHashMap<>());
          named.forEach((layer, sum) -> layers.get(group).put(layer, sum.figures()));
        });
    return new HeterogeneityByLayer(layers, Masking.of(masks), masks.size());
  }

  private static void figures(HeterogeneityByLayer result, Path png) throws IOException {
    Csv csv =
        new Csv(
            "layer",
            "heterogeneity",
            "bound",
            "mask_ratio",
            "images",
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
            result.images(),
            "natural",
            layer.getValue().maskedNorm(),
            layer.getValue().visibleNorm());
      }
    }
    csv.writeBeside(png);
  }
}
