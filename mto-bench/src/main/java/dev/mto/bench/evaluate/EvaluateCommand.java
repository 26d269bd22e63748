package dev.mto.bench.evaluate;

import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code evaluate}: what a pre-trained encoder is good for. */
@Command(
    name = "evaluate",
    mixinStandardHelpOptions = true,
    description =
        "Measures a pre-trained encoder by classification: fine-tuning, an attentive or a linear"
            + " probe, or k-NN.",
    subcommands = {
      FineTuneCommand.class,
      AttentiveCommand.class,
      LinearCommand.class,
      KnnCommand.class,
      CurveCommand.class
    },
    footer = {
      "",
      "Examples:",
      "  ./mto evaluate knn --run runs/quickstart",
      "  ./mto evaluate attentive --run runs/quickstart --recipe configs/evaluate/attentive-tiny.yaml",
      "  ./mto evaluate linear --run runs/quickstart --cached",
      "  ./mto evaluate finetune --run runs/quickstart --recipe configs/evaluate/finetune-tiny.yaml",
      "  ./mto evaluate curve --run runs/quickstart --by knn"
    })
public final class EvaluateCommand implements Runnable {
  @Spec private CommandSpec spec;

  @Override
  public void run() {
    throw new ParameterException(
        spec.commandLine(), "say how to evaluate: finetune, attentive, linear, knn or curve");
  }
}
