package dev.mto.bench;

import dev.mto.engine.run.Provenance;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;

/** {@code doctor}: what will run on this machine, and what would make it faster. */
@Command(
    name = "doctor",
    mixinStandardHelpOptions = true,
    description = "Checks processor, memory, backend and environment.",
    footer = {"", "Example:", "  ./mto doctor"})
final class DoctorCommand implements Callable<Integer> {
  @Override
  public Integer call() {
    NativeBuild loaded = NativeBuild.onClassPath();
    NativeBuild best = NativeBuild.bestHere();
    Provenance.software().forEach(DoctorCommand::line);
    Provenance.machine().forEach(DoctorCommand::line);
    line("native build", loaded.classifier());
    line("memory", Runtime.getRuntime().maxMemory() / (1 << 20) + " MiB heap at most");
    environment("OMP_NUM_THREADS");
    environment("OMP_WAIT_POLICY");
    environment("MALLOC_TRIM_THRESHOLD_");
    if (!loaded.equals(best)) {
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
    Cuda.advice().ifPresent(System.out::println);
    return 0;
  }

  private static void environment(String name) {
    line(name, Map.copyOf(System.getenv()).getOrDefault(name, "not set"));
  }

  private static void line(String name, Object value) {
    System.out.printf("%-24s %s%n", name, value);
  }
}
