package dev.mto.bench;

import dev.mto.speed.gpu.GpuCommand;
import dev.mto.speed.input.InputCommand;
import dev.mto.speed.step.ExchangeCommand;
import dev.mto.speed.step.MemoryCommand;
import dev.mto.speed.step.StepCommand;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code bench}: what training costs on this machine. */
@Command(
    name = "bench",
    mixinStandardHelpOptions = true,
    description = "Measures what training costs on this machine.",
    subcommands = {
      StepCommand.class,
      MemoryCommand.class,
      InputCommand.class,
      ExchangeCommand.class,
      GpuCommand.class
    },
    footer = {
      "",
      "Examples:",
      "  ./mto bench step --case simmim-vit-tiny",
      "  ./mto bench step --peer --json step.json",
      "  ./mto bench memory",
      "  ./mto bench input --peer",
      "  ./mto bench exchange --workers 4",
      "  ./mto bench gpu"
    })
final class BenchCommand implements Runnable {
  @Spec private CommandSpec spec;

  @Override
  public void run() {
    throw new ParameterException(
        spec.commandLine(), "say what to measure: step, memory, input, exchange or gpu");
  }
}
