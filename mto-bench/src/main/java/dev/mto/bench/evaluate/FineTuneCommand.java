package dev.mto.bench.evaluate;

import dev.mto.engine.weights.TrainedModel;
import dev.mto.evaluation.ClassifierTraining;
import dev.mto.evaluation.FineTuneConfig;
import java.io.IOException;
import java.util.List;
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
  @Mixin private EvaluatedModel model;
  @Mixin private JobOptions options;

  @Override
  public Integer call() throws IOException {
    TrainedModel opened = model.open();
    FineTuneConfig recipe =
        options.recipe(opened.baseline().fineTuneRecipe(), FineTuneConfig.class, List.of());
    return options.run(
        ClassifierTraining.fineTuning(opened, model.config(opened), recipe, options.untrained()),
        0,
        model,
        opened);
  }
}
