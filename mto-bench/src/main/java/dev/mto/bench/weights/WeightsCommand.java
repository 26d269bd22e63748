package dev.mto.bench.weights;

import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code weights}: looks into files of weights, takes them over and gives them away. */
@Command(
    name = "weights",
    mixinStandardHelpOptions = true,
    description = "Inspects, imports and exports files of weights.",
    subcommands = {InspectCommand.class, ImportCommand.class, ExportCommand.class},
    footer = {
      "",
      "Examples:",
      "  ./mto weights inspect mae_visualize_vit_base.pth",
      "  ./mto weights import mae_visualize_vit_base.pth --config configs/mae-vit-base.yaml \\",
      "      --out mae.safetensors",
      "  ./mto weights export --run runs/quickstart --part encoder --out encoder.safetensors"
    })
public final class WeightsCommand implements Runnable {
  @Spec private CommandSpec spec;

  @Override
  public void run() {
    throw new ParameterException(spec.commandLine(), "say what to do: inspect, import or export");
  }
}
