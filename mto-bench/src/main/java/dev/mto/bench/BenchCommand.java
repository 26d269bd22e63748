package dev.mto.bench;

import dev.mto.engine.Baselines;
import dev.mto.engine.UserException;
import dev.mto.engine.config.ConfigLoader;
import dev.mto.engine.config.RunConfig;
import dev.mto.engine.run.StepBenchmark;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code bench}: what a training step costs. */
@Command(
    name = "bench",
    mixinStandardHelpOptions = true,
    description = "Measures training steps.",
    footer = {
      "",
      "Examples:",
      "  ./mto bench step --config configs/quickstart.yaml",
      "  ./mto bench step --config configs/simmim-vit-base.yaml --set model.preset=vit-tiny \\",
      "      --set training.batch=8 --set data.train=data/fashion-mini/train --peer"
    })
final class BenchCommand implements Runnable {
  @Spec private CommandSpec spec;

  @Override
  public void run() {
    throw new ParameterException(spec.commandLine(), "say what to measure: step");
  }

  @Command(
      name = "step",
      mixinStandardHelpOptions = true,
      description = {
        "Forward, backward, clip and AdamW of one batch, with MTO and without, and with --peer the"
            + " same step in libtorch. Rounds alternate, so that a noisy machine is fair to all;"
            + " the ratios are what counts."
      })
  void step(
      @Option(
              names = {"-c", "--config"},
              required = true,
              paramLabel = "FILE")
          Path config,
      @Option(names = "--set", paramLabel = "KEY=VALUE") List<String> settings,
      @Option(
              names = "--steps",
              defaultValue = "10",
              description = "Steps a round (default: ${DEFAULT-VALUE}).")
          int steps,
      @Option(
              names = "--rounds",
              defaultValue = "3",
              description = "Rounds (default: ${DEFAULT-VALUE}).")
          int rounds,
      @Option(
              names = "--peer",
              description = "Also libtorch; build it with mvn -Ppeer -pl mto-bench/peer package.")
          boolean peer) {
    List<String> all = new ArrayList<>(settings == null ? List.of() : settings);
    RunConfig with = load(config, all, true);
    if (peer && !with.baseline().equals(LibtorchPeer.BASELINE)) {
      throw new UserException(
          "--peer: the libtorch peer is written for "
              + LibtorchPeer.BASELINE
              + ", not for "
              + with.baseline()
              + "; leave --peer out");
    }
    RunConfig without = load(config, all, false);
    try (StepBenchmark on = new StepBenchmark(Baselines.named(with.baseline()), with);
        StepBenchmark off = new StepBenchmark(Baselines.named(with.baseline()), without)) {
      double bestOn = Double.POSITIVE_INFINITY;
      double bestOff = Double.POSITIVE_INFINITY;
      double bestPeerOn = Double.POSITIVE_INFINITY;
      double bestPeerOff = Double.POSITIVE_INFINITY;
      for (int round = 0; round < rounds; round++) {
        bestOn = Math.min(bestOn, on.milliseconds(steps));
        bestOff = Math.min(bestOff, off.milliseconds(steps));
        if (peer) {
          bestPeerOn = Math.min(bestPeerOn, LibtorchPeer.milliseconds(with, steps));
          bestPeerOff = Math.min(bestPeerOff, LibtorchPeer.milliseconds(without, steps));
        }
      }
      print("step with MTO", bestOn, bestOff, "of the step without");
      print("step without MTO", bestOff, Double.NaN, "");
      if (peer) {
        print("libtorch with MTO", bestPeerOn, Double.NaN, "");
        print("libtorch without MTO", bestPeerOff, Double.NaN, "");
        print("this over libtorch, with MTO", bestOn, bestPeerOn, "");
        print("this over libtorch, without", bestOff, bestPeerOff, "");
      }
      if (Double.isFinite(off.gigaFlops())) {
        System.out.printf(
            Locale.ROOT,
            "%.1f GFLOP/s of forward and backward without MTO%n",
            off.gigaFlops() / (bestOff / 1e3));
      }
    }
  }

  private static RunConfig load(Path config, List<String> settings, boolean mto) {
    List<String> all = new ArrayList<>(settings);
    all.add("mto.enabled=" + mto);
    return ConfigLoader.load(config, all, name -> Baselines.named(name).recipe());
  }

  private static void print(String what, double milliseconds, double against, String of) {
    System.out.printf(
        Locale.ROOT,
        "%-30s %9.1f ms%s%n",
        what,
        milliseconds,
        Double.isNaN(against)
            ? ""
            : String.format(Locale.ROOT, "   ratio %.3f %s", milliseconds / against, of));
  }
}
