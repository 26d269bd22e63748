package dev.mto.bench.evaluate;

import dev.mto.engine.Baseline;
import dev.mto.engine.config.RunConfig;
import dev.mto.engine.encoder.Pooling;
import dev.mto.engine.graph.LabelledImages;
import dev.mto.evaluation.ClassifierFolder;
import dev.mto.evaluation.ClassifierTraining;
import dev.mto.evaluation.FineTuneConfig;
import dev.mto.evaluation.FineTuner;
import dev.mto.evaluation.Schedule;
import dev.mto.evaluation.TrainingViews;
import java.io.IOException;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** {@code evaluate finetune}. */
@Command(
    name = "finetune",
    mixinStandardHelpOptions = true,
    sortOptions = false,
    description = {
      "Trains the whole encoder and a linear head on labelled images, by the baseline's official"
          + " recipe or --recipe: the paper's measure."
    },
    footer = {
      "",
      "Examples:",
      "  ./mto evaluate finetune --run runs/quickstart --recipe configs/evaluate/finetune-tiny.yaml",
      "  ./mto evaluate finetune --run runs/quickstart --recipe configs/evaluate/finetune-tiny.yaml"
          + " --untrained",
      "  ./mto evaluate finetune --weights mae_pretrain_vit_base.pth \\",
      "      --config configs/mae-vit-base.yaml --train /data/imagenet/train --val"
          + " /data/imagenet/val"
    })
final class FineTuneCommand implements Callable<Integer> {
  private static final String TASK = "finetune";

  @Mixin private EvaluatedModel model;

  @Mixin private JobOptions options;

  @Override
  public Integer call() throws IOException {
    RunConfig config = model.config();
    Baseline baseline = EvaluatedModel.baseline(config);
    FineTuneConfig recipe = options.recipe(baseline.fineTuneRecipe(), FineTuneConfig.class);
    ClassifierFolder folder =
        ClassifierFolder.prepare(options.out(model, TASK), recipe, options.resume());
    LabelledImages images = LabelledImages.open(config, folder.badImages());
    return new ClassifierTraining(
            TASK,
            model.name(),
            recipe.pooling() == Pooling.MEAN ? "mean of patch tokens" : "class token",
            recipe.seed(),
            recipe.imagesPerStep(),
            steps -> Schedule.of(recipe, steps, TrainingViews.of(config, recipe)),
            classes ->
                new FineTuner(
                    baseline,
                    config,
                    recipe,
                    options.untrained() ? Map.of() : model.tensors(config, recipe.weights()),
                    classes))
        .run(images, folder, options);
  }
}
