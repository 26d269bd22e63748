package dev.mto.engine.run;

import dev.mto.data.ImageBatch;
import dev.mto.data.ImageBatches;
import dev.mto.data.ImageFolder;
import dev.mto.engine.Method;
import dev.mto.engine.Prediction;
import dev.mto.engine.TokenGroup;
import dev.mto.engine.config.RunConfig;
import dev.mto.engine.graph.GraphSession;
import dev.mto.engine.pictures.AffinityMap;
import dev.mto.engine.pictures.AffinityMaps;
import dev.mto.engine.pictures.HeterogeneityChart;
import dev.mto.engine.pictures.Reconstructions;
import dev.mto.engine.report.HtmlReport;
import dev.mto.losses.MtoOptions;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.indexing.NDArrayIndex;

/**
 * Pictures of the current weights, on the first images of the validation set (or of the training
 * set where there is none) under masks that are the same every time.
 */
final class RunPictures {
  private static final int IMAGES = 8;

  private final TrainingGraph graph;
  private final Method method;
  private final Images images;
  private final GraphSession session;
  private final RunConfig config;
  private final RunFolder folder;

  RunPictures(
      TrainingGraph graph,
      Images images,
      GraphSession session,
      RunConfig config,
      RunFolder folder) {
    this.graph = graph;
    this.method = graph.method();
    this.images = images;
    this.session = session;
    this.config = config;
    this.folder = folder;
  }

  /** {@code reconstruction-0010.png} after {@code epochs} epochs. */
  void reconstruction(int epochs) {
    reconstruction(
        method.predictions().get(0),
        folder.pictures().resolve("reconstruction-%04d.png".formatted(epochs)));
  }

  /** Original, masked input, reconstruction and raw prediction of a few images. */
  void reconstruction(Prediction predicted, Path png) {
    withBatch(
        List.of(predicted.image()),
        (batch, values) -> {
          INDArray prediction = values.get(predicted.image().name());
          int most = (int) Math.min(IMAGES, batch.images().size(0));
          Reconstructions.write(
              png,
              pixels(first(batch.images(), most)),
              patchMask(first(batch.mask(), most)),
              pixels(first(prediction, most)),
              Arrays.stream(batch.indices()).limit(most).mapToObj(this::label).toList());
        });
  }

  /** Affinities of all token pairs of every layer of each token group, for one image. */
  void affinity(Path directory, boolean softmax, String suffix) {
    for (TokenGroup group : method.tokenGroups()) {
      withBatch(
          group.layers(),
          (batch, values) -> {
            double[] mask = batch.mask().getRow(0).toDoubleVector();
            int[] order = maskedThenVisible(mask);
            int masked = (int) Arrays.stream(mask).filter(m -> m == 1).count();
            List<AffinityMap> maps = new ArrayList<>();
            for (int l = 0; l < group.layers().size(); l++) {
              INDArray tokens = values.get(group.layers().get(l).name()).slice(0);
              maps.add(
                  new AffinityMap(
                      l == 0 ? "embedding" : "block " + (l - 1),
                      affinity(tokens, order, softmax),
                      masked));
            }
            String name = group.name().isEmpty() ? "affinity" : "affinity-" + group.name();
            AffinityMaps.write(
                directory.resolve(name + suffix + ".png"),
                softmax ? "row softmax of dot products" : "raw dot products",
                maps);
          });
    }
  }

  /** H of every layer by group, means over a batch; and its chart. */
  RunAnalysis.Heterogeneity heterogeneity(Path png, String label) {
    Map<String, double[]> byGroup = new LinkedHashMap<>();
    double[] bound = {Double.NaN};
    List<SDVariable> wanted = new ArrayList<>();
    graph.groups().forEach(group -> wanted.addAll(group.heterogeneity()));
    withBatch(
        wanted,
        (batch, values) -> {
          double[] mask = batch.mask().getRow(0).toDoubleVector();
          bound[0] = Math.log((double) Arrays.stream(mask).filter(m -> m == 0).count());
          for (TrainingGraph.Group group : graph.groups()) {
            byGroup.put(
                group.name(),
                group.heterogeneity().stream()
                    .mapToDouble(h -> values.get(h.name()).getDouble(0))
                    .toArray());
          }
          Map<String, double[]> curves = new LinkedHashMap<>();
          byGroup.forEach((name, h) -> curves.put(name.isEmpty() ? label : name, h));
          HeterogeneityChart.write(
              png,
              "Heterogeneity of masked against visible tokens, mask ratio "
                  + config.masking().ratio(),
              curves,
              bound[0]);
        });
    return new RunAnalysis.Heterogeneity(byGroup, bound[0]);
  }

  /** The pictures of a finished run. */
  void last() {
    affinity(folder.pictures(), false, "-%04d".formatted(config.training().epochs()));
    heterogeneity(folder.pictures().resolve("heterogeneity.png"), "now");
  }

  /** The loss curve and {@code report.html}, from what the folder holds. */
  void report() {
    try {
      LossChart.write(folder.metrics(), folder.pictures().resolve("loss.png"));
      HtmlReport.write(folder.root());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private interface Use {
    void of(ImageBatch batch, Map<String, INDArray> values) throws IOException;
  }

  private void withBatch(List<SDVariable> wanted, Use use) {
    try (ImageBatches batches = images.fixed(shown())) {
      ImageBatch batch = batches.nextBatch();
      Map<String, INDArray> feeds = method.evaluationFeeds(batch);
      session.run(
          feeds,
          wanted.stream().map(SDVariable::name).toList(),
          values -> {
            try {
              use.of(batch, values);
            } catch (IOException e) {
              throw new UncheckedIOException(e);
            }
          });
      Feeds.close(feeds, batch);
    }
  }

  private ImageFolder shown() {
    return images.validation() == null ? images.train() : images.validation();
  }

  private String label(int image) {
    ImageFolder folderShown = shown();
    return folderShown.labelled()
        ? folderShown.classes().get(folderShown.label(image))
        : folderShown.path(image).getFileName().toString();
  }

  private static INDArray first(INDArray array, int most) {
    return array.get(NDArrayIndex.interval(0, most)).dup('c');
  }

  private INDArray patchMask(INDArray mask) {
    var vit = config.model().vit(config.data().channels());
    return mask.reshape('c', mask.size(0), vit.gridHeight(), vit.gridWidth());
  }

  private INDArray pixels(INDArray normalised) {
    INDArray shown = normalised.dup('c');
    for (int c = 0; c < config.data().channels(); c++) {
      shown
          .get(NDArrayIndex.all(), NDArrayIndex.point(c))
          .muli(config.data().std().get(c))
          .addi(config.data().mean().get(c));
    }
    return shown;
  }

  /** Affinities of all token pairs [N, N], rows and columns in {@code order}. */
  private static double[][] affinity(INDArray tokens, int[] order, boolean softmax) {
    MtoOptions asPrinted = MtoOptions.defaults();
    double[][] pairs =
        (softmax
                ? dev.mto.losses.AffinityMap.softmax(tokens, asPrinted)
                : dev.mto.losses.AffinityMap.scores(tokens, asPrinted))
            .toDoubleMatrix();
    double[][] ordered = new double[order.length][order.length];
    for (int i = 0; i < order.length; i++) {
      for (int j = 0; j < order.length; j++) {
        ordered[i][j] = pairs[order[i]][order[j]];
      }
    }
    return ordered;
  }

  private static int[] maskedThenVisible(double[] mask) {
    return IntStream.concat(
            IntStream.range(0, mask.length).filter(i -> mask[i] == 1),
            IntStream.range(0, mask.length).filter(i -> mask[i] == 0))
        .toArray();
  }
}
