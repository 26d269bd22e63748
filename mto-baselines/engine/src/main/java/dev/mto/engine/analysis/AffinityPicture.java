package dev.mto.engine.analysis;

import dev.mto.data.mask.Mask;
import dev.mto.engine.graph.TrainingGraph;
import dev.mto.engine.pictures.AffinityMaps;
import dev.mto.engine.pictures.LayerAffinity;
import dev.mto.losses.MtoOptions;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.nd4j.linalg.api.ndarray.INDArray;

/** Affinities of all token pairs of every layer of each token group, for one image. */
final class AffinityPicture {
  private final TrainingGraph graph;
  private final SampleBatch sample;

  AffinityPicture(TrainingGraph graph, SampleBatch sample) {
    this.graph = graph;
    this.sample = sample;
  }

  /** Writes a picture of each group into {@code folder}, and beside it a CSV of the affinities. */
  List<Path> write(Path folder, boolean softmax, String suffix) {
    List<Path> written = new ArrayList<>();
    for (TrainingGraph.Group group : graph.groups()) {
      String name = group.name().isEmpty() ? "affinity" : "affinity-" + group.name();
      Path png = folder.resolve(name + suffix + ".png");
      write(group, softmax, png);
      written.add(png);
    }
    return written;
  }

  private void write(TrainingGraph.Group group, boolean softmax, Path png) {
    sample.with(
        group.layers(),
        (batch, values) -> {
          Mask mask = batch.masks().get(0);
          int[] order =
              IntStream.concat(Arrays.stream(mask.masked()), Arrays.stream(mask.visible()))
                  .toArray();
          List<LayerAffinity> maps = new ArrayList<>();
          Csv csv = new Csv("layer", "token", "token_masked", "other", "other_masked", "affinity");
          for (int layer = 0; layer < group.layers().size(); layer++) {
            INDArray tokens = values.get(group.layers().get(layer).name()).slice(0);
            double[][] pairs = affinity(tokens, softmax);
            maps.add(
                new LayerAffinity(
                    group.layerName(layer), ordered(pairs, order), mask.maskedCount()));
            for (int i : order) {
              for (int j : order) {
                csv.row(
                    group.layerName(layer),
                    i,
                    mask.isMasked(i) ? 1 : 0,
                    j,
                    mask.isMasked(j) ? 1 : 0,
                    pairs[i][j]);
              }
            }
          }
          AffinityMaps.write(
              png, softmax ? "row softmax of dot products" : "raw dot products", maps);
          csv.writeBeside(png);
        });
  }

  private static double[][] affinity(INDArray tokens, boolean softmax) {
    MtoOptions asPrinted = MtoOptions.defaults();
    INDArray pairs =
        softmax
            ? dev.mto.losses.AffinityMap.softmax(tokens, asPrinted)
            : dev.mto.losses.AffinityMap.scores(tokens, asPrinted);
    return pairs.toDoubleMatrix();
  }

  private static double[][] ordered(double[][] pairs, int[] order) {
    double[][] ordered = new double[order.length][order.length];
    for (int i = 0; i < order.length; i++) {
      for (int j = 0; j < order.length; j++) {
        ordered[i][j] = pairs[order[i]][order[j]];
      }
    }
    return ordered;
  }
}
