package dev.mto.bench;

import dev.mto.engine.command.WithoutBackend;
import dev.mto.engine.device.Backend;
import dev.mto.engine.device.CudaBuild;
import dev.mto.engine.device.GpuSurvey;
import dev.mto.engine.device.StartUp;
import dev.mto.engine.folder.Provenance;
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
    environment("OMP_NUM_THREADS");
    environment("OMP_WAIT_POLICY");
    environment("GOMP_SPINCOUNT");
    environment("GLIBC_TUNABLES");
    environment("MALLOC_TRIM_THRESHOLD_");
    if (backend == Backend.CPU) {
      advise(build);
    }
    Cuda.lines(backend, GpuSurvey.ofThisMachine(), CudaBuild.ofThisProject())
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

  private static void environment(String name) {
    line(name, Map.copyOf(System.getenv()).getOrDefault(name, "not set"));
  }

  private static void line(String name, Object value) {
    System.out.printf("%-24s %s%n", name, value);
  }
}
