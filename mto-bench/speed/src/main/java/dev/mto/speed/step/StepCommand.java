package dev.mto.speed.step;

import dev.mto.engine.command.DeviceOption;
import dev.mto.engine.command.JsonOutput;
import dev.mto.engine.config.TrainingConfig.Precision;
import dev.mto.engine.errors.UserException;
import dev.mto.executor.cuda.CudaKernelSets;
import dev.mto.speed.TemporaryFolder;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code bench step}: what a training step costs, here and in libtorch. */
@Command(
    name = "step",
    mixinStandardHelpOptions = true,
    description = {
      "Times forward, backward, clip and AdamW of one batch, with MTO and without, and with --peer"
          + " the same step in libtorch. Each runs in a process of its own; they take turns, round"
          + " by round, so that a noisy machine is fair to all: the ratios are what counts. Before"
          + " timing, losses and gradients must agree with libtorch's.",
      "",
      "With --precision bfloat16 the step is timed in float32 and in bfloat16, and with --peer"
          + " libtorch's in both, under its autocast: all take turns. The table's last column is"
          + " our step in bfloat16 over each.",
      "",
      "Without --config the standard cases: ViT-Ti and ViT-S with 8 images, ViT-B with 2, of SimMIM"
          + " and MAE, 224 px, images of noise."
    },
    footer = {
      "",
      "Examples:",
      "  ./mto bench step --list",
      "  ./mto bench step --case simmim-vit-tiny",
      "  ./mto bench step --case simmim-vit-small --profile",
      "  ./mto bench step --peer --json step.json",
      "  ./mto bench step --case mae-vit-base --peer --blas mkl --rounds 5",
      "  ./mto bench step --precision bfloat16 --peer --blas openblas --json step.json",
      "  ./mto bench step --config configs/quickstart.yaml --kernels standard",
      "  ./mto bench step --config my.yaml --set model.drop_path=0 --peer",
      "",
      "Exit codes: 0 measured, 1 libtorch's loss or gradients differ or a process failed, 2 wrong"
          + " input."
    })
public final class StepCommand implements Callable<Integer> {
  static final String FOLDER = "mto-bench-step";

  @Option(
      names = {"-c", "--config"},
      paramLabel = "FILE",
      description = "Measure this configuration on its own images.")
  private Path config;

  @Option(
      names = "--set",
      paramLabel = "KEY=VALUE",
      description = "Override a key of --config; repeatable.")
  private List<String> settings = new ArrayList<>();

  @Option(
      names = "--case",
      paramLabel = "NAME",
      arity = "1..*",
      split = ",",
      description = "Standard cases to measure (default: all).")
  private List<String> cases = new ArrayList<>();

  @Option(names = "--list", description = "List the standard cases and stop.")
  private boolean list;

  @Option(names = "--steps", description = "Steps of each in a round (default: ${DEFAULT-VALUE}).")
  private int steps = 5;

  @Option(names = "--rounds", description = "Rounds (default: ${DEFAULT-VALUE}).")
  private int rounds = 3;

  @Option(
      names = "--peer",
      description = {
        "Also libtorch. Built on first use: downloads about 400 MB, needs Maven and the network."
      })
  private boolean peer;

  @Option(
      names = "--blas",
      split = ",",
      paramLabel = "NAME",
      description = "libtorch's matrix libraries: openblas, mkl (default: both).")
  private List<Blas> blas = List.of();

  @Option(
      names = "--precision",
      paramLabel = "NAME",
      description = {
        "float32, or bfloat16 or, on a GPU, tf32 in turns with it (default: training.precision of --config, float32"
            + " for the standard cases)."
      })
  private Precision precision;

  @Option(
      names = "--kernels",
      paramLabel = "NAME",
      defaultValue = "fast",
      description = "Kernels of our step: fast, standard (default: ${DEFAULT-VALUE}).")
  private Children.Kernels kernels = Children.Kernels.FAST;

  @Option(
      names = "--profile",
      description = "Also where the time goes: milliseconds by kind of operation.")
  private boolean profile;

  @Mixin DeviceOption device = new DeviceOption();

  @Mixin private JsonOutput json = new JsonOutput();

  @Override
  public Integer call() throws IOException {
    if (list) {
      StandardCase.all()
          .forEach(
              standard ->
                  System.out.printf(
                      Locale.ROOT, "%-18s %d images a step%n", standard.name(), standard.batch()));
      json.write(
          StandardCase.all().stream()
              .map(standard -> Map.of("case", standard.name(), "batch", standard.batch()))
              .toList());
      return 0;
    }
    check();
    try {
      measure();
      return 0;
    } catch (BenchmarkFailure e) {
      System.err.println("error: " + e.getMessage());
      return 1;
    }
  }

  private void check() {
    if (steps < 1 || rounds < 1) {
      throw new UserException(
          "--steps " + steps + ", --rounds " + rounds + ": both must be at least 1");
    }
    if (config != null && !cases.isEmpty()) {
      throw new UserException("--config and --case: give one of them");
    }
    if (!peer && !blas.isEmpty()) {
      throw new UserException("--blas: is the peer's, which --peer asks for; add it");
    }
    if (peer && CudaKernelSets.isChosen()) {
      throw new UserException(
          "--peer: libtorch is that for CPUs, and --device is a GPU; leave one of them out");
    }
    if (config == null && !settings.isEmpty()) {
      throw new UserException("--set " + settings.get(0) + ": needs --config");
    }
  }

  private void measure() throws IOException {
    List<StandardCase> standard = config == null ? StandardCase.named(cases) : List.of();
    Machine machine = Machine.here(kernels);
    Children children = Children.of(kernels, peer ? PeerBuild.ofThisCheckout().classPath() : null);
    CaseRun run =
        new CaseRun(
            children,
            peer ? (blas.isEmpty() ? List.of(Blas.values()) : blas) : List.of(),
            rounds,
            steps,
            message -> System.out.println("mto: " + message));
    System.out.printf(
        "%s, %s threads, %s, %s kernels%n",
        machine.cpu(), machine.threads(), machine.nativeBuild(), machine.kernels());
    List<CaseResult> results = new ArrayList<>();
    List<OperationShares> shares = new ArrayList<>();
    try (TemporaryFolder folder = new TemporaryFolder(FOLDER)) {
      if (config != null) {
        String name = config.getFileName().toString().replaceFirst("\\.ya?ml$", "");
        List<String> all = new ArrayList<>(settings);
        all.addAll(precisionSetting());
        measure(run, BenchmarkCase.inPrecisions(name, folder.path(), config, all), results, shares);
      }
      for (StandardCase each : standard) {
        Path own = folder.path().resolve(each.name());
        measure(run, each.prepareInPrecisions(own, precisionSetting()), results, shares);
      }
    }
    json.write(ResultJson.of(machine, results, shares));
  }

  private List<String> precisionSetting() {
    return precision == null
        ? List.of()
        : List.of("training.precision=" + precision.name().toLowerCase(Locale.ROOT));
  }

  private void measure(
      CaseRun run,
      List<BenchmarkCase> benchmarks,
      List<CaseResult> results,
      List<OperationShares> shares)
      throws IOException {
    List<CaseResult> all = run.measure(benchmarks);
    System.out.println();
    System.out.print(ResultTable.of(all));
    results.addAll(all);
    BenchmarkCase benchmark = benchmarks.get(benchmarks.size() - 1);
    for (boolean mto : profile ? List.of(false, true) : List.<Boolean>of()) {
      OperationShares measured = OperationShares.measure(benchmark, mto, run.children());
      System.out.print(measured.table());
      shares.add(measured);
    }
  }
}
