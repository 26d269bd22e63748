package dev.mto.bench;

import dev.mto.engine.command.JsonOutput;
import dev.mto.engine.command.WithoutBackend;
import dev.mto.engine.device.Backend;
import dev.mto.engine.device.CudaBuild;
import dev.mto.engine.device.GpuSurvey;
import dev.mto.engine.device.StartUp;
import dev.mto.engine.device.Verdict;
import dev.mto.engine.folder.Provenance;
import dev.mto.executor.cuda.CudaException;
import dev.mto.executor.cuda.CudaGpu;
import dev.mto.executor.cuda.CudaSelfTest;
import dev.mto.executor.cuda.CudaSurvey;
import dev.mto.executor.kernels.KernelSets;
import dev.mto.executor.memory.NotEnoughMemoryException;
import dev.mto.executor.parity.ParityResult;
import java.io.File;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code doctor}: what will run on this machine, and what would make it faster. */
@Command(
    name = "doctor",
    mixinStandardHelpOptions = true,
    description = "Checks processor, memory, backend, GPUs and environment.",
    footer = {"", "Examples:", "  ./mto doctor", "  ./mto doctor --load", "  ./mto doctor --json"})
final class DoctorCommand implements Callable<Integer>, WithoutBackend {
  private static final List<String> ENVIRONMENT =
      List.of(
          "OMP_NUM_THREADS",
          "OMP_WAIT_POLICY",
          "GOMP_SPINCOUNT",
          "GLIBC_TUNABLES",
          "MALLOC_TRIM_THRESHOLD_");
  private static final String USE_CUDA =
      "; this build is for the CPU: MTO_BACKEND=cuda ./mto uses it";

  private static final Pattern ND4J_JAR =
      Pattern.compile(
          "nd4j-(?:native|cuda-[0-9.]+)-[^-]+-M?[0-9.]*-?((?:linux|macosx|windows).*)\\.jar");

  @Option(
      names = "--load",
      description =
          "Also loads the backend, which shows that its native libraries work here, and runs a few"
              + " kernels on each GPU that --device can take, against the same on the host.")
  private boolean load;

  @Mixin private JsonOutput json = new JsonOutput();

  private final Map<String, Object> facts = new LinkedHashMap<>();
  private final List<String> advice = new ArrayList<>();

  @Override
  public Integer call() {
    Backend backend = Backend.onClassPath();
    Provenance.software().forEach(this::line);
    line("os", System.getProperty("os.name") + " " + System.getProperty("os.arch"));
    line("cores", Runtime.getRuntime().availableProcessors());
    line("backend", backend);
    line("native build", nativeBuild());
    line("memory", Runtime.getRuntime().maxMemory() / (1 << 20) + " MiB heap at most");
    Map<String, String> environment = Map.copyOf(System.getenv());
    ENVIRONMENT.forEach(name -> line(name, environment.getOrDefault(name, "not set")));
    if (backend == Backend.CPU) {
      advise();
    }
    CudaSurvey cuda =
        backend == Backend.CPU ? CudaSurvey.ofThisMachine() : new CudaSurvey(Map.of(), List.of());
    GpuSurvey survey = GpuSurvey.ofThisMachine();
    plans(cuda, survey);
    List<String> gpus =
        survey.gpus().isEmpty() && !cuda.described().isEmpty()
            ? List.of() // nvidia-smi is missing, and what it would tell is told
            : gpus(backend, survey, CudaBuild.ofThisProject());
    gpus.forEach(System.out::println);
    boolean sound = true;
    if (load) {
      StartUp.check();
      load();
      for (CudaGpu gpu : cuda.fit()) {
        sound &= test(gpu);
      }
    }
    facts.put("gpus", gpus);
    facts.put("advice", advice);
    json.write(facts);
    return sound ? 0 : 1;
  }

  /** What --device has here; nothing where there is no driver, which is told of all GPUs. */
  private void plans(CudaSurvey cuda, GpuSurvey survey) {
    cuda.described().forEach(this::line);
    devices(cuda, survey).ifPresent(devices -> line("--device", devices));
  }

  /** The values of --device that will do; empty without a driver. */
  static Optional<String> devices(CudaSurvey cuda, GpuSurvey survey) {
    if (!cuda.fit().isEmpty()) {
      return Optional.of(
          cuda.fit().stream()
                  .map(gpu -> "cuda:" + gpu.ordinal())
                  .collect(Collectors.joining(", ", "cpu, ", ""))
              + "; verified by emulation, not yet on hardware");
    }
    if (!cuda.described().isEmpty()) {
      return Optional.of("cpu only, for what is said above");
    }
    return survey.gpus().isEmpty()
        ? Optional.empty()
        : Optional.of(
            "cpu only: nvidia-smi is there and libcuda.so.1 is not; install all of the driver, or"
                + " in a container let it in by NVIDIA_DRIVER_CAPABILITIES=compute,utility");
  }

  /** Runs the self test and says what it found; whether all kernels agreed. */
  private boolean test(CudaGpu gpu) {
    long start = System.nanoTime();
    List<ParityResult> results;
    try {
      results = CudaSelfTest.of(gpu);
    } catch (CudaException | NotEnoughMemoryException e) {
      line("cuda:" + gpu.ordinal() + " self test", "failed: " + e.getMessage());
      return false;
    }
    boolean passed = results.stream().allMatch(ParityResult::passed);
    line(
        "cuda:" + gpu.ordinal() + " self test",
        results.stream().map(ParityResult::toString).collect(Collectors.joining(", "))
            + " with the host's, in "
            + (System.nanoTime() - start) / 1_000_000
            + " ms"
            + (passed ? "" : "; do not use it, and report this"));
    return passed;
  }

  private void load() {
    long start = System.nanoTime();
    Map<String, Object> machine = Provenance.machine();
    line("loaded in", (System.nanoTime() - start) / 1_000_000 + " ms");
    machine.forEach(this::line);
    line(
        "bfloat16",
        switch (KernelSets.bfloat16()) {
          case FAST -> "fast: training.precision=bfloat16 takes a quarter to two fifths off a step";
          case SLOW -> "slow: stay with training.precision=float32";
          case NONE -> "none: stay with training.precision=float32";
        });
  }

  private void advise() {
    if (!"PASSIVE".equals(System.getenv("OMP_WAIT_POLICY"))) {
      advice.add(
          "set OMP_WAIT_POLICY=PASSIVE; active waiting costs about a third of the speed"
              + " (./mto does so by itself)");
    }
    advice.forEach(line -> System.out.println("advice: " + line));
  }

  /** Maven classifier of the native build of ND4J on this process's class path. */
  private static String nativeBuild() {
    return Arrays.stream(System.getProperty("java.class.path").split(File.pathSeparator))
        .map(entry -> ND4J_JAR.matcher(Path.of(entry).getFileName().toString()))
        .filter(Matcher::matches)
        .map(matcher -> matcher.group(1))
        .findFirst()
        .orElse("unknown");
  }

  /** A line for each GPU, or one that says why there is none. */
  static List<String> gpus(Backend backend, GpuSurvey survey, CudaBuild build) {
    return survey.gpus().isEmpty()
        ? List.of("GPU: none: " + survey.reason())
        : survey.gpus().stream()
            .map(build::judge)
            .map(verdict -> backend == Backend.CUDA ? verdict.line() : elsewhere(verdict))
            .toList();
  }

  private static String elsewhere(Verdict verdict) {
    return "by ND4J's own backend for GPUs: " + verdict.line() + (verdict.runs() ? USE_CUDA : "");
  }

  private void line(String name, Object value) {
    facts.put(name, value.toString());
    System.out.printf("%-24s %s%n", name, value);
  }
}
