package dev.mto.bench;

import dev.mto.engine.command.WithoutBackend;
import dev.mto.engine.device.Backend;
import dev.mto.engine.device.CudaBuild;
import dev.mto.engine.device.GpuSurvey;
import dev.mto.engine.device.StartUp;
import dev.mto.engine.folder.Provenance;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code doctor}: what will run on this machine, and what would make it faster. */
@Command(
    name = "doctor",
    mixinStandardHelpOptions = true,
    description = "Checks processor, memory, backend, GPUs and environment.",
    footer = {"", "Examples:", "  ./mto doctor", "  ./mto doctor --load"})
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

  @Option(
      names = "--load",
      description = "Also loads the backend, which shows that its native libraries work here.")
  private boolean load;

  @Override
  public Integer call() {
    Backend backend = Backend.onClassPath();
    NativeBuild build = NativeBuild.onClassPath();
    Provenance.software().forEach(DoctorCommand::line);
    line("os", System.getProperty("os.name") + " " + System.getProperty("os.arch"));
    line("cores", Runtime.getRuntime().availableProcessors());
    line("backend", backend);
    line("native build", build.classifier());
    line("memory", Runtime.getRuntime().maxMemory() / (1 << 20) + " MiB heap at most");
    Map<String, String> environment = Map.copyOf(System.getenv());
    ENVIRONMENT.forEach(name -> line(name, environment.getOrDefault(name, "not set")));
    if (backend == Backend.CPU) {
      advise(build);
    }
    gpus(backend, GpuSurvey.ofThisMachine(), CudaBuild.ofThisProject())
        .forEach(System.out::println);
    if (load) {
      StartUp.check();
      load();
    }
    return 0;
  }

  private static void load() {
    long start = System.nanoTime();
    Map<String, Object> machine = Provenance.machine();
    line("loaded in", (System.nanoTime() - start) / 1_000_000 + " ms");
    machine.forEach(DoctorCommand::line);
  }

  private static void advise(NativeBuild build) {
    NativeBuild best = NativeBuild.bestHere();
    if (!build.equals(best)) {
      System.out.println(
          "advice: this processor runs a faster native build; build with -Dnd4j.classifier="
              + best.classifier()
              + " (./mto does so by itself)");
    }
    if (!"PASSIVE".equals(System.getenv("OMP_WAIT_POLICY"))) {
      System.out.println(
          "advice: set OMP_WAIT_POLICY=PASSIVE; active waiting costs about a third of the speed"
              + " (./mto does so by itself)");
    }
  }

  /** A line for each GPU, or one that says why there is none. */
  static List<String> gpus(Backend backend, GpuSurvey survey, CudaBuild build) {
    return survey.gpus().isEmpty()
        ? List.of("GPU: none: " + survey.reason())
        : survey.gpus().stream()
            .map(build::judge)
            .map(
                verdict ->
                    verdict.runs() && backend != Backend.CUDA
                        ? verdict.line() + USE_CUDA
                        : verdict.line())
            .toList();
  }

  private static void line(String name, Object value) {
    System.out.printf("%-24s %s%n", name, value);
  }
}
