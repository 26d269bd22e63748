package dev.mto.speed.gpu;

import dev.mto.engine.command.DeviceOption;
import dev.mto.engine.config.TrainingConfig.Precision;
import dev.mto.engine.errors.UserException;
import dev.mto.executor.cuda.CudaGpu;
import dev.mto.executor.cuda.CudaKernelSets;
import dev.mto.speed.step.Children;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code bench gpu}: everything that is to be known of a GPU, in one report. */
@Command(
    name = "gpu",
    mixinStandardHelpOptions = true,
    sortOptions = false,
    description = {
      "Checks and measures an NVIDIA GPU and writes one report, gpu.md for people and gpu.json for"
          + " programs: every kernel against double arithmetic; rates of products; losses and"
          + " gradients of all methods against the processor's, of a small model and of ViT-B; a"
          + " run that is killed and resumed; images a second, memory and profile of ViT-B's steps;"
          + " and with --peer the same steps of SimMIM and MAE by PyTorch. No image is needed.",
      "",
      "What fails is written down and the rest goes on. Each part is measured in processes of its"
          + " own, which takes some minutes for each method."
    },
    footer = {
      "",
      "Examples:",
      "  ./mto bench gpu",
      "  ./mto bench gpu --peer --python venv/bin/python --out h100",
      "  ./mto bench gpu --device cuda:1 --methods simmim,mae --precision float32",
      "  ./mto bench gpu --quick",
      "",
      "Exit codes: 0 all agrees, 1 something is wrong or failed (the report says what; a peer that fails is no fault), 2 wrong"
          + " input."
    })
public final class GpuCommand implements Callable<Integer> {
  private static final List<String> METHODS = List.of("simmim", "mae", "bootmae", "conmim");

  @Option(
      names = {"-o", "--out"},
      paramLabel = "DIR",
      defaultValue = "bench-gpu",
      description = "Folder of the report (default: ${DEFAULT-VALUE}).")
  private Path out;

  @Option(
      names = "--methods",
      split = ",",
      paramLabel = "NAME",
      description = "Which of simmim, mae, bootmae, conmim (default: all).")
  private List<String> methods = METHODS;

  @Option(
      names = "--batch",
      split = ",",
      paramLabel = "N",
      defaultValue = "64,128,256",
      description = {
        "Images of a timed step, each of these; what does not fit is reported as such (default:"
            + " ${DEFAULT-VALUE})."
      })
  private int[] batches;

  @Option(
      names = "--precision",
      split = ",",
      paramLabel = "NAME",
      description = "Of products: float32, tf32, bfloat16 (default: all that the GPU has).")
  private List<Precision> precisions = new ArrayList<>();

  @Option(
      names = "--steps",
      paramLabel = "N",
      defaultValue = "10",
      description = "Timed steps of each (default: ${DEFAULT-VALUE}).")
  private int steps;

  @Option(
      names = "--quick",
      description = "Small sizes: shows that all of it works; its rates say nothing.")
  private boolean quick;

  @Option(
      names = "--peer",
      description = "Also PyTorch's steps, eager and compiled, without MTO; of simmim and mae.")
  private boolean peer;

  @Option(
      names = "--python",
      paramLabel = "PROGRAM",
      description = "The Python that has PyTorch for CUDA (default: python3).")
  private String python;

  @Mixin DeviceOption device = DeviceOption.onGpu();

  private String program() {
    return python == null ? "python3" : python;
  }

  @Override
  public Integer call() throws IOException {
    CudaGpu gpu =
        CudaKernelSets.chosenGpu()
            .orElseThrow(
                () ->
                    new UserException(
                        "--device: bench gpu measures a GPU, and the CPU was chosen; give cuda or"
                            + " cuda:N"));
    check();
    Optional<TorchPeer> torch =
        peer ? Optional.of(TorchPeer.start(program(), gpu)) : Optional.empty();
    GpuBenchmark benchmark =
        new GpuBenchmark(
            quick ? Workload.QUICK : Workload.FULL,
            methods,
            Arrays.stream(batches).boxed().toList(),
            precisions(gpu),
            steps,
            torch);
    boolean sound = benchmark.run(GpuReport.in(out, gpu), Children.onChosenDevice());
    System.out.println(
        (sound ? "all agrees: " : "something is wrong: ") + out.resolve(GpuReport.FOR_PEOPLE));
    return sound ? 0 : 1;
  }

  private void check() {
    if (python != null && !peer) {
      throw new UserException("--python: runs the peer, which --peer asks for; add it");
    }
    for (String method : methods) {
      if (!METHODS.contains(method)) {
        throw new UserException(
            "--methods: '%s' is not known; there are: %s"
                .formatted(method, String.join(", ", METHODS)));
      }
    }
    if (Arrays.stream(batches).anyMatch(batch -> batch < 1) || steps < 1) {
      throw new UserException(
          "--batch %s, --steps %d: all must be at least 1"
              .formatted(Arrays.toString(batches), steps));
    }
  }

  /** Those that were asked for, or all that the GPU has. */
  private List<String> precisions(CudaGpu gpu) {
    List<Precision> all = new ArrayList<>(precisions);
    if (all.isEmpty()) {
      all.add(Precision.FLOAT32);
      if (gpu.multipliesTf32()) {
        all.add(Precision.TF32);
      }
      if (gpu.multipliesBfloat16()) {
        all.add(Precision.BFLOAT16);
      }
    }
    return all.stream().map(precision -> precision.name().toLowerCase(Locale.ROOT)).toList();
  }
}
