package dev.mto.bench.weights;

import dev.mto.engine.Baselines;
import dev.mto.engine.command.JsonOutput;
import dev.mto.engine.config.RunConfig;
import dev.mto.engine.weights.BuiltinWeights;
import dev.mto.engine.weights.ModelWeights;
import dev.mto.engine.weights.WeightSource;
import dev.mto.models.weights.WeightMatch;
import java.io.IOException;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code weights inspect}. */
@Command(
    name = "inspect",
    mixinStandardHelpOptions = true,
    sortOptions = false,
    description = {
      "Shows what a file of weights holds: its format, and every tensor with its shape and type,"
          + " equal ones of numbered blocks on one line.",
      "Nothing in the file is executed; values are read only with --entry or --config."
    },
    footer = {
      "",
      "Examples:",
      "  ./mto weights inspect mae_visualize_vit_base.pth",
      "  ./mto weights inspect builtin:mae-tiny",
      "  ./mto weights inspect bootmae_checkpoint.pth --entry model_ema --all",
      "  ./mto weights inspect mae_pretrain_vit_base.pth --config configs/mae-vit-base.yaml \\",
      "      --json match.json"
    })
final class InspectCommand implements Callable<Integer> {
  @Parameters(
      paramLabel = "FILE",
      description =
          "A PyTorch checkpoint (.pth, .pt, .bin, .ckpt), safetensors, .npz, the index of several"
              + " files (*.index.json), or a model's folder; or builtin:mae-tiny, whose card is"
              + " shown first.")
  private String file;

  @Option(
      names = "--entry",
      paramLabel = "NAME",
      description = "Entry of a training checkpoint to show (default: its model).")
  private String entry;

  @Option(names = "--all", description = "Each tensor on a line of its own.")
  private boolean all;

  @Mixin private ConfiguredModel model;

  @Mixin private JsonOutput json = new JsonOutput();

  @Override
  public Integer call() throws IOException {
    WeightSource source = WeightSource.named(file, entry);
    if (BuiltinWeights.means(file)) {
      System.out.println(BuiltinWeights.of(file).card());
    }
    Inspection inspection = new Inspection(source, Inspection.summary(source), compared(source));
    System.out.print(inspection.text(all));
    json.write(inspection.json());
    return 0;
  }

  private Optional<WeightMatch> compared(WeightSource source) {
    if (!model.given()) {
      return Optional.empty();
    }
    RunConfig config = model.config();
    return Optional.of(
        new ModelWeights(Baselines.named(config.baseline()), config).compare(source));
  }
}
