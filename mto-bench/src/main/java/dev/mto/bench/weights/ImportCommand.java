package dev.mto.bench.weights;

import dev.mto.engine.Baselines;
import dev.mto.engine.config.RunConfig;
import dev.mto.engine.weights.ModelWeights;
import dev.mto.engine.weights.WeightSource;
import dev.mto.models.weights.WeightMatch;
import dev.mto.models.weights.WeightNames;
import java.nio.file.Path;
import java.util.Optional;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code weights import}. */
@Command(
    name = "import",
    mixinStandardHelpOptions = true,
    sortOptions = false,
    description = {
      "Makes safetensors under official names of an official checkpoint, for --init, analyze and"
          + " export.",
      "The file must hold the whole model that --config describes. Nothing in it is executed."
          + " Relative position tables of another grid are resized (bicubic)."
    },
    footer = {
      "",
      "Examples:",
      "  ./mto weights import mae_visualize_vit_base.pth --config configs/mae-vit-base.yaml \\",
      "      --out mae.safetensors",
      "  ./mto weights import checkpoint-799.pth --config configs/conmim-vit-base.yaml \\",
      "      --teacher checkpoint_copy-799.pth --out conmim.safetensors",
      "Then:",
      "  ./mto pretrain --config configs/mae-vit-base.yaml --init mae.safetensors"
    })
final class ImportCommand implements Runnable {
  @Parameters(
      paramLabel = "FILE",
      description =
          "A PyTorch checkpoint (.pth, .pt, .bin, .ckpt), safetensors, .npz, the index of several"
              + " files (*.index.json), or a model's folder.")
  private Path file;

  @Mixin private ConfiguredModel model;

  @Option(
      names = "--entry",
      paramLabel = "NAME",
      description =
          "Entry of a training checkpoint to take (default: its model, and model_ema as the"
              + " teacher of a method that has one).")
  private String entry;

  @Option(
      names = "--teacher",
      paramLabel = "FILE",
      description =
          "The teacher's weights where they have their own file (ConMIM: checkpoint_copy-*.pth)."
              + " Without any, the teacher is a copy of the model.")
  private Path teacher;

  @Mixin private OutputFile out;

  @Override
  public void run() {
    out.check();
    WeightSource source =
        new WeightSource(file, Optional.ofNullable(entry), Optional.ofNullable(teacher));
    RunConfig config = model.config();
    ModelWeights weights = new ModelWeights(Baselines.named(config.baseline()), config);
    WeightMatch match = weights.load(source);
    System.out.println(match.report());
    if (weights.hasTeacher() && match.matched().stream().noneMatch(n -> n.startsWith("teacher."))) {
      System.out.println("no teacher in the file: it is a copy of the model");
    }
    out.writeSafeTensors(weights.tensors(), config.baseline(), WeightNames.OFFICIAL);
  }
}
