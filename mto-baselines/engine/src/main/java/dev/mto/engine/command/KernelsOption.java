package dev.mto.engine.command;

import dev.mto.executor.cuda.CudaKernelSets;
import dev.mto.executor.kernels.KernelSets;
import java.util.List;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code --kernels}: by what a graph is run. */
public final class KernelsOption {
  @Spec(Spec.Target.MIXEE)
  private CommandSpec command;

  @Option(
      names = "--kernels",
      paramLabel = "SET",
      description =
          "fast: compiled plans and, on CPUs, oneDNN's kernels; standard, on CPUs: SameDiff's own session"
              + " and operations, slower, the same numbers up to rounding (default: fast).")
  private String choice;

  /**
   * Makes the choice known to the sessions that are created afterwards; no choice leaves it, and
   * {@code fast} leaves a GPU.
   *
   * @throws ParameterException when the set is not known
   */
  public void apply() {
    if (choice == null) {
      return;
    }
    if (!List.of("fast", "standard").contains(choice)) {
      throw new ParameterException(
          command.commandLine(), "--kernels " + choice + " is not known; give fast or standard");
    }
    if (choice.equals("standard") || !CudaKernelSets.isChosen()) {
      System.setProperty(KernelSets.PROPERTY, choice);
    }
  }
}
