package dev.mto.bench.evaluate;

import dev.mto.engine.weights.TrainedModel;
import dev.mto.evaluation.AttentiveProbeConfig;
import dev.mto.evaluation.ClassifierTraining;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code evaluate attentive}. */
@Command(
    name = "attentive",
    mixinStandardHelpOptions = true,
    sortOptions = false,
    description = {
      "Trains one learned query that attends to the frozen encoder's patch tokens, and a linear"
          + " classifier on what it gathers, by AdamW. Features of masked image modelling lie in many"
          + " patches; a mean over them, as evaluate linear takes it, hides part of them.",
      "--untrained does the same with an encoder's first values, the reference to compare with;"
          + " evaluate finetune --untrained gives the bound, what labels alone make of the encoder."
    },
    footer = {
      "",
      "Examples:",
      "  ./mto evaluate attentive --run runs/quickstart --recipe configs/evaluate/attentive-tiny.yaml",
      "  ./mto evaluate attentive --run runs/quickstart --recipe configs/evaluate/attentive-tiny.yaml"
          + " --untrained",
      "  ./mto evaluate attentive --run runs/mae-tiny --block 3 \\",
      "      --recipe configs/evaluate/attentive-tiny.yaml",
      "  ./mto evaluate attentive --weights mae_pretrain_vit_base.pth \\",
      "      --config configs/mae-vit-base.yaml --train /data/imagenet/train --val"
          + " /data/imagenet/val"
    })
final class AttentiveCommand implements Callable<Integer> {
  @Mixin private EvaluatedModel model;
  @Mixin private JobOptions options;

  @Option(
      names = "--cached",
      description =
          "Computes the tokens of centre crops once and keeps them in memory: many times faster, no"
              + " augmentation (as --recipe-set cached=true).")
  private boolean cached;

  @Option(
      names = "--block",
      paramLabel = "K",
      description =
          "Patch tokens of block K, from 1, before any norm (default: the last block's, after the"
              + " final norm; as --recipe-set block=K).")
  private Integer block;

  @Override
  public Integer call() throws IOException {
    TrainedModel opened = model.open();
    List<String> more = new ArrayList<>();
    if (cached) {
      more.add("cached=true");
    }
    if (block != null) {
      more.add("block=" + FeatureOptions.requireBlock(block));
    }
    AttentiveProbeConfig recipe =
        options.recipe(opened.baseline().attentiveProbeRecipe(), AttentiveProbeConfig.class, more);
    return options.run(
        ClassifierTraining.attentiveProbe(
            opened, model.config(opened), recipe, options.untrained()),
        recipe.block(),
        model,
        opened);
  }
}
