package dev.mto.bench.evaluate;

import dev.mto.engine.Baseline;
import dev.mto.engine.config.RunConfig;
import dev.mto.engine.encoder.FeatureKind;
import dev.mto.engine.encoder.FrozenEncoder;
import dev.mto.engine.graph.LabelledImages;
import dev.mto.evaluation.CachedLinear;
import dev.mto.evaluation.ClassifierFolder;
import dev.mto.evaluation.ClassifierTraining;
import dev.mto.evaluation.LinearProbe;
import dev.mto.evaluation.LinearProbeConfig;
import dev.mto.evaluation.Schedule;
import dev.mto.evaluation.TrainingViews;
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
  private static final String TASK = "linear";

  @Mixin private EvaluatedModel model;

  @Mixin private JobOptions options;

  @ArgGroup(exclusive = false, heading = "%nOn cached features:%n")
  private CachedOptions cached;

  @Override
  public Integer call() throws IOException {
    if (cached != null && cached.wanted()) {
      options.refuseForCachedFeatures();
      new CachedLinear(model, cached).run(options.json());
      return 0;
    }
    RunConfig config = model.config();
    Baseline baseline = EvaluatedModel.baseline(config);
    LinearProbeConfig recipe =
        options.recipe(baseline.linearProbeRecipe(), LinearProbeConfig.class);
    ClassifierFolder folder =
        ClassifierFolder.prepare(options.out(model, TASK), recipe, options.resume());
    LabelledImages images = LabelledImages.open(config, folder.badImages());
    return new ClassifierTraining(
            TASK,
            model.name(),
            new FeatureKind(recipe.pooling(), recipe.block()).describe(),
            recipe.seed(),
            recipe.imagesPerStep(),
            steps -> Schedule.of(recipe, steps, TrainingViews.of(config, recipe)),
            classes -> new LinearProbe(encoder(baseline, config, recipe), recipe, classes))
        .run(images, folder, options);
  }

  private FrozenEncoder encoder(Baseline baseline, RunConfig config, LinearProbeConfig recipe) {
    return options.untrained()
        ? FrozenEncoder.untrained(baseline, config, recipe.seed())
        : FrozenEncoder.of(baseline, config, model.tensors(config, recipe.weights()));
  }
}
