package dev.mto.bench.evaluate;

import dev.mto.deeplearning4j.LinearHeadOptions;
import dev.mto.engine.config.RunConfig;
import dev.mto.engine.graph.LabelledImages;
import dev.mto.engine.weights.TrainedModel;
import dev.mto.evaluation.ClassifierTraining;
import dev.mto.evaluation.FrozenEvaluation;
import dev.mto.evaluation.LinearOnFeatures;
import dev.mto.evaluation.LinearProbeConfig;
import java.io.IOException;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** {@code evaluate linear}. */
@Command(
    name = "linear",
    mixinStandardHelpOptions = true,
    sortOptions = false,
    description = {
      "Trains a linear classifier on the frozen encoder by LARS, with fresh augmentation every"
          + " epoch, by the baseline's official recipe or --recipe. With --cached, by Adam on features"
          + " that are computed once."
    },
    footer = {
      "",
      "Examples:",
      "  ./mto evaluate linear --run runs/quickstart --recipe configs/evaluate/linear-tiny.yaml",
      "  ./mto evaluate linear --run runs/quickstart --recipe configs/evaluate/linear-tiny.yaml"
          + " --recipe-set block=3",
      "  ./mto evaluate linear --run runs/quickstart --cached --block 3",
      "  ./mto evaluate linear --weights mae_pretrain_vit_base.pth \\",
      "      --config configs/mae-vit-base.yaml --train /data/imagenet/train --val"
          + " /data/imagenet/val"
    })
final class LinearCommand implements Callable<Integer> {
  private static final int UNTRAINED = 3;

  @Mixin private EvaluatedModel model;
  @Mixin private JobOptions options;

  @ArgGroup(exclusive = false, heading = "%nOn cached features:%n")
  private CachedOptions cached;

  @Override
  public Integer call() throws IOException {
    TrainedModel opened = model.open();
    if (cached != null && cached.wanted()) {
      options.refuseForCachedFeatures();
      onCachedFeatures(opened);
      return 0;
    }
    LinearProbeConfig recipe =
        options.recipe(opened.baseline().linearProbeRecipe(), LinearProbeConfig.class);
    return options.run(
        ClassifierTraining.linearProbe(opened, model.config(opened), recipe, options.untrained()),
        model,
        opened);
  }

  private void onCachedFeatures(TrainedModel opened) throws IOException {
    LinearHeadOptions head = cached.head();
    RunConfig config = model.config(opened);
    FrozenEvaluation evaluation =
        new FrozenEvaluation(
            opened, config, LabelledImages.open(config, null), cached.feature().kind());
    System.out.printf(
        Locale.ROOT,
        "linear classifier on cached features (%d epochs, learning rate %.2g) of %d training"
            + " images, %d validation images, %d classes%n",
        head.epochs(),
        head.learningRate(),
        evaluation.images().train().size(),
        evaluation.images().validation().size(),
        evaluation.images().classes().size());
    LinearOnFeatures classifier = new LinearOnFeatures(head);
    FrozenFigures figures = new FrozenFigures("linear-cached", evaluation);
    figures.put("epochs", head.epochs());
    figures.put("learning_rate", head.learningRate());
    figures.put("l2", head.l2());
    figures.put("seed", head.seed());
    figures.model(evaluation.ofModel(classifier, cached.weights()));
    figures.untrained(evaluation.ofUntrained(classifier, UNTRAINED));
    figures.write(options.json());
  }
}
