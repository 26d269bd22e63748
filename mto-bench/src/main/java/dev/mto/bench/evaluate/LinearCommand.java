package dev.mto.bench.evaluate;

import dev.mto.engine.config.RunConfig;
import dev.mto.engine.graph.LabelledImages;
import dev.mto.engine.weights.TrainedModel;
import dev.mto.evaluation.ClassifierFolder;
import dev.mto.evaluation.ClassifierTraining;
import dev.mto.evaluation.FrozenEvaluation;
import dev.mto.evaluation.LinearProbeConfig;
import dev.mto.evaluation.linear.LogisticRegression;
import dev.mto.speed.JsonFile;
import java.io.IOException;
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
          + " epoch, by the baseline's official recipe (MAE's, where it has none) or --recipe. LARS"
          + " moves weights by a share of their length a step, so it needs the steps of a large set of"
          + " images to converge. With --cached, solves logistic regression on features that are"
          + " computed once: for small sets, and wherever numbers are compared."
    },
    footer = {
      "",
      "Examples:",
      "  ./mto evaluate linear --run runs/quickstart --cached",
      "  ./mto evaluate linear --run runs/quickstart --cached --block 3 --c 0.1 --pixels",
      "  ./mto evaluate linear --run runs/quickstart --cached --out runs/quickstart/evaluate/solved",
      "  ./mto evaluate linear --weights mae_pretrain_vit_base.pth \\",
      "      --config configs/mae-vit-base.yaml --train /data/imagenet/train --val"
          + " /data/imagenet/val"
    })
final class LinearCommand implements Callable<Integer> {
  @Mixin private EvaluatedModel model;
  @Mixin private FeatureOptions feature;
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
        options.recipe(
            opened.baseline().linearProbeRecipe(), LinearProbeConfig.class, feature.settings());
    return options.run(
        ClassifierTraining.linearProbe(opened, model.config(opened), recipe, options.untrained()),
        recipe.block(),
        model,
        opened);
  }

  private void onCachedFeatures(TrainedModel opened) throws IOException {
    RunConfig config = model.config(opened);
    ClassifierFolder folder =
        options.out() == null ? null : ClassifierFolder.forSolved(options.out());
    FrozenEvaluation evaluation =
        new FrozenEvaluation(opened, config, LabelledImages.open(config, null), feature.kind());
    System.out.printf(
        "logistic regression on standardised cached features of %d training images, %d validation"
            + " images, %d classes%n",
        evaluation.images().train().size(),
        evaluation.images().validation().size(),
        evaluation.images().classes().size());
    evaluation.images().leftOut().forEach(System.out::println);
    LogisticRegression classifier = cached.classifier();
    FrozenFigures figures = new FrozenFigures("linear-cached", evaluation);
    figures.put("seed", cached.seed());
    LogisticRegression ofModel = classifier.telling(figures::linearFit);
    if (folder != null) {
      ofModel = ofModel.giving(solved -> folder.keepSolved(evaluation, cached.weights(), solved));
    }
    figures.model(evaluation.ofModel(ofModel, cached.weights()));
    if (folder != null) {
      keep(folder, figures); // twins and pixels take longer, and may be stopped
      System.out.println("  kept for predict: " + folder.root());
    }
    figures.untrained(evaluation.ofUntrained(classifier, cached.twins()));
    if (cached.pixels()) {
      figures.pixels(evaluation.ofPixels(classifier));
    }
    options.json().write(figures.all());
    if (folder != null) {
      keep(folder, figures);
    }
  }

  private static void keep(ClassifierFolder folder, FrozenFigures figures) {
    JsonFile.write(folder.root().resolve("result.json"), figures.all());
  }
}
