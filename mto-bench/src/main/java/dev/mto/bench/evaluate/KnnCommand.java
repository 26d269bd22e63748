package dev.mto.bench.evaluate;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.mto.engine.Baseline;
import dev.mto.engine.config.RunConfig;
import dev.mto.engine.encoder.FeatureKind;
import dev.mto.engine.encoder.FeatureTable;
import dev.mto.engine.encoder.FrozenEncoder;
import dev.mto.engine.encoder.NearestNeighbours;
import dev.mto.engine.encoder.Scores;
import dev.mto.engine.errors.UserException;
import dev.mto.engine.folder.AtomicFiles;
import dev.mto.engine.graph.LabelledImages;
import dev.mto.evaluation.WeightsOf;
import dev.mto.evaluation.curve.SeedSummary;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.function.Function;
import org.nd4j.linalg.api.ndarray.INDArray;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code evaluate knn}. */
@Command(
    name = "knn",
    mixinStandardHelpOptions = true,
    sortOptions = false,
    description = {
      "Classifies validation images by their nearest training images, in features of centre crops."
          + " Nothing is trained. The same is done with untrained encoders and with raw pixels."
    },
    footer = {
      "",
      "Examples:",
      "  ./mto evaluate knn --run runs/quickstart",
      "  ./mto evaluate knn --run runs/quickstart --block 3 --feature class --json knn.json",
      "  ./mto evaluate knn --weights mae.safetensors --config configs/mae-vit-base.yaml \\",
      "      --train /data/imagenet/train --val /data/imagenet/val"
    })
final class KnnCommand implements Callable<Integer> {
  @Mixin private EvaluatedModel model;

  @Mixin private FeatureOptions feature;

  @Option(
      names = {"-k", "--neighbours"},
      description = "Neighbours that vote (default: ${DEFAULT-VALUE}).")
  private int neighbours = 20;

  @Option(
      names = "--temperature",
      description = "T of the votes exp(similarity/T) (default: ${DEFAULT-VALUE}).")
  private double temperature = 0.07;

  @Option(
      names = "--untrained",
      paramLabel = "N",
      description =
          "Untrained encoders to compare with, one for each seed (default: ${DEFAULT-VALUE}).")
  private int untrained = 3;

  @Option(names = "--teacher", description = "The method's slow copy instead of the model.")
  private boolean teacher;

  @Option(names = "--json", paramLabel = "FILE", description = "Also write the figures here.")
  private Path json;

  @Override
  public Integer call() throws IOException {
    if (neighbours < 1 || !(temperature > 0) || untrained < 0) {
      throw new UserException(
          "--neighbours must be at least 1, --temperature above 0, --untrained at least 0");
    }
    RunConfig config = model.config();
    Baseline baseline = EvaluatedModel.baseline(config);
    LabelledImages images = LabelledImages.open(config, null);
    System.out.printf(
        Locale.ROOT,
        "k-NN (k %d, T %.2g) of %d validation images among %d training images, %d classes%n",
        neighbours,
        temperature,
        images.validation().size(),
        images.train().size(),
        images.classes().size());

    Scores scores;
    try (FrozenEncoder encoder =
        FrozenEncoder.of(
            baseline,
            config,
            model.tensors(config, teacher ? WeightsOf.TEACHER : WeightsOf.STUDENT))) {
      scores = classify(images, config, encoder);
    }
    print(model.name() + ", " + feature.kind().describe(), scores);
    List<Scores> twins = new ArrayList<>();
    for (int seed = 1; seed <= untrained; seed++) {
      try (FrozenEncoder encoder = FrozenEncoder.untrained(baseline, config, seed)) {
        twins.add(classify(images, config, encoder));
      }
    }
    SeedSummary twin = SeedSummary.of(twins.stream().mapToDouble(Scores::top1).toArray());
    if (untrained > 0) {
      System.out.println("  untrained encoders: top-1 " + twin.percent());
    }
    Scores pixels = classify(images, config, KnnCommand::pixels);
    print("raw pixels", pixels);
    if (json != null) {
      write(scores, twins, pixels);
    }
    return 0;
  }

  private Scores classify(LabelledImages images, RunConfig config, FrozenEncoder encoder) {
    FeatureKind kind = feature.kind();
    return classify(images, config, batch -> encoder.features(batch, kind));
  }

  private Scores classify(
      LabelledImages images, RunConfig config, Function<INDArray, INDArray> features) {
    int batch = config.training().batch();
    try (FeatureTable train =
            FeatureTable.of(images, images.train(), batch, features).normalised();
        FeatureTable queries =
            FeatureTable.of(images, images.validation(), batch, features).normalised()) {
      return new NearestNeighbours(neighbours, temperature)
          .classify(train, queries, images.classes());
    }
  }

  /** Images [B, C, H, W] to [B, C*H*W]. */
  private static INDArray pixels(INDArray images) {
    return images.dup('c').reshape(images.size(0), -1);
  }

  private static void print(String what, Scores scores) {
    System.out.printf(
        Locale.ROOT,
        "  %s: top-1 %.2f %%, top-5 %.2f %%%n",
        what,
        100 * scores.top1(),
        100 * scores.top5());
  }

  private void write(Scores scores, List<Scores> twins, Scores pixels) throws IOException {
    Map<String, Object> figures = new LinkedHashMap<>();
    figures.put("task", "knn");
    figures.put("model", model.name());
    figures.put("feature", feature.kind().describe());
    figures.put("neighbours", neighbours);
    figures.put("temperature", temperature);
    figures.put("images", scores.images());
    figures.put("top1", scores.top1());
    figures.put("top5", scores.top5());
    figures.put("untrained_top1", twins.stream().map(Scores::top1).toList());
    figures.put("pixels_top1", pixels.top1());
    figures.put("confusion", scores.confusion());
    AtomicFiles.writeString(
        json,
        new ObjectMapper().writerWithDefaultPrettyPrinter().writeValueAsString(figures) + "\n");
  }
}
