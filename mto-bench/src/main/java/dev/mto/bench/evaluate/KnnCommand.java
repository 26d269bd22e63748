package dev.mto.bench.evaluate;

import dev.mto.engine.command.JsonOutput;
import dev.mto.engine.config.RunConfig;
import dev.mto.engine.encoder.NearestNeighbours;
import dev.mto.engine.errors.UserException;
import dev.mto.engine.graph.LabelledImages;
import dev.mto.engine.weights.TrainedModel;
import dev.mto.engine.weights.WeightsOf;
import dev.mto.evaluation.FrozenEvaluation;
import dev.mto.executor.memory.NotEnoughMemoryException;
import java.io.IOException;
import java.util.Locale;
import java.util.concurrent.Callable;
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
          + " Nothing is trained. The same is done with untrained encoders and with raw pixels. The"
          + " weights are the model's own, also for ConMIM, whose fine-tuning starts from its teacher;"
          + " --teacher takes the teacher's."
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

  @Option(
      names = "--pixels",
      negatable = true,
      defaultValue = "true",
      fallbackValue = "true",
      description =
          "Whether raw pixels are classified too (default: yes, where they fit into memory).")
  private boolean pixels;

  @Option(names = "--teacher", description = "The method's slow copy instead of the model.")
  private boolean teacher;

  @Mixin private JsonOutput json;

  @Override
  public Integer call() throws IOException {
    if (neighbours < 1 || !(temperature > 0) || untrained < 0) {
      throw new UserException(
          "--neighbours must be at least 1, --temperature above 0, --untrained at least 0");
    }
    TrainedModel opened = model.open();
    RunConfig config = model.config(opened);
    FrozenEvaluation evaluation =
        new FrozenEvaluation(opened, config, LabelledImages.open(config, null), feature.kind());
    System.out.printf(
        Locale.ROOT,
        "k-NN (k %d, T %.2g) of %d validation images among %d training images, %d classes%n",
        neighbours,
        temperature,
        evaluation.images().validation().size(),
        evaluation.images().train().size(),
        evaluation.images().classes().size());
    evaluation.images().leftOut().forEach(System.out::println);
    NearestNeighbours classifier = new NearestNeighbours(neighbours, temperature);
    FrozenFigures figures = new FrozenFigures("knn", evaluation);
    figures.put("neighbours", neighbours);
    figures.put("temperature", temperature);
    figures.model(evaluation.ofModel(classifier, teacher ? WeightsOf.TEACHER : WeightsOf.STUDENT));
    figures.untrained(evaluation.ofUntrained(classifier, untrained));
    if (pixels) {
      pixels(figures, evaluation, classifier);
    }
    json.write(figures.all());
    return 0;
  }

  private static void pixels(
      FrozenFigures figures, FrozenEvaluation evaluation, NearestNeighbours classifier) {
    try {
      figures.pixels(evaluation.ofPixels(classifier));
    } catch (NotEnoughMemoryException e) {
      System.out.println("  raw pixels: left out, " + e.getMessage());
    }
  }
}
