package dev.mto.engine.analysis;

import dev.mto.data.mask.Mask;
import dev.mto.engine.errors.FileException;
import dev.mto.engine.graph.TrainingGraph;
import dev.mto.engine.pictures.AffinityMaps;
import dev.mto.engine.pictures.LayerAffinity;
import dev.mto.losses.MtoOptions;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * Affinities of all token pairs of every layer of each token group, means over images. Tokens stand
 * in each image's own order: masked ones first, then visible ones, each in order of place.
 */
final class AffinityPicture {
  private final TrainingGraph graph;
  private final SampleBatch sample;
  private final int atLeast;

  /**
   * Of some images.
   *
   * @param atLeast how many, as {@link SampleBatch#forEach} takes them; of these, those with as
   *     many masked tokens as the first
   */
  AffinityPicture(TrainingGraph graph, SampleBatch sample, int atLeast) {
    this.graph = graph;
    this.sample = sample;
    this.atLeast = atLeast;
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
    AffinityMeans means = new AffinityMeans(group.layers().size());
    sample.forEach(
        group.layers(),
        atLeast,
        (batch, values) -> {
          for (int image = 0; image < batch.size(); image++) {
            Mask mask = batch.masks().get(image);
            if (means.takes(mask)) {
              for (int layer = 0; layer < group.layers().size(); layer++) {
                INDArray tokens = values.get(group.layers().get(layer).name()).slice(image);
                means.add(layer, affinity(tokens, softmax), mask);
              }
            }
          }
        });
    try {
      draw(group, means, softmax, png);
    } catch (IOException e) {
      throw FileException.writing(png, e);
    }
  }

  private static void draw(
      TrainingGraph.Group group, AffinityMeans means, boolean softmax, Path png)
      throws IOException {
    List<LayerAffinity> maps = new ArrayList<>();
    Csv csv =
        new Csv("layer", "token", "token_masked", "other", "other_masked", "affinity", "images");
    for (int layer = 0; layer < group.layers().size(); layer++) {
      double[][] pairs = means.of(layer);
      maps.add(new LayerAffinity(group.layerName(layer), pairs, means.masked()));
      for (int i = 0; i < pairs.length; i++) {
        for (int j = 0; j < pairs.length; j++) {
          csv.row(
              group.layerName(layer),
              i,
              i < means.masked() ? 1 : 0,
              j,
              j < means.masked() ? 1 : 0,
              pairs[i][j],
              means.images());
        }
      }
    }
    AffinityMaps.write(
        png,
        "%s, mean over %d images"
            .formatted(
                softmax ? "row softmax of dot products" : "raw dot products", means.images()),
        maps);
    csv.writeBeside(png);
  }

  private static double[][] affinity(INDArray tokens, boolean softmax) {
    MtoOptions asPrinted = MtoOptions.defaults();
    INDArray pairs =
        softmax
            ? dev.mto.losses.AffinityMap.softmax(tokens, asPrinted)
            : dev.mto.losses.AffinityMap.scores(tokens, asPrinted);
    return pairs.toDoubleMatrix();
  }
}
