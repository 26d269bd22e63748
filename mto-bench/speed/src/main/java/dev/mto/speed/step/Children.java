package dev.mto.speed.step;

import dev.mto.executor.cuda.CudaKernelSets;
import dev.mto.executor.kernels.KernelSets;
import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Predicate;

/**
 * Starts the processes that measure, all with the flags of this virtual machine and the environment
 * of {@code ./mto}.
 *
 * @param kernels of this project's processes, as the system property of {@link KernelSets} has them
 * @param peerClassPath of the libtorch peer, or null where none is started
 */
public record Children(String kernels, String peerClassPath) {
  /** Libraries that stand for those of a GPU, and where their machine code is kept. */
  private static final String OF_CUDA = "mto.cuda.";

  /** As {@code ./mto} sets them; what is set already is kept. */
  private static final Map<String, String> ENVIRONMENT =
      Map.of(
          "OMP_NUM_THREADS",
          Integer.toString(Runtime.getRuntime().availableProcessors()),
          "OMP_WAIT_POLICY",
          "PASSIVE",
          "GOMP_SPINCOUNT",
          "30000",
          "GLIBC_TUNABLES",
          "glibc.malloc.hugetlb=1",
          "MALLOC_MMAP_THRESHOLD_",
          "2000000000",
          "MALLOC_TRIM_THRESHOLD_",
          "20000000000",
          "MALLOC_TOP_PAD_",
          "268435456");

  /** How operations of the graph are executed. */
  enum Kernels {
    /** Fused kernels where there is one. */
    FAST,
    /** ND4J's own operations only. */
    STANDARD;

    String label() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  /** On the GPU that is chosen, or else by these kernels; and libtorch where that is asked for. */
  static Children of(Kernels kernels, String peerClassPath) {
    return new Children(
        CudaKernelSets.isChosen() ? System.getProperty(KernelSets.PROPERTY) : kernels.label(),
        peerClassPath);
  }

  /** On the GPU that is chosen, or else by fast kernels. */
  public static Children onChosenDevice() {
    return of(Kernels.FAST, null);
  }

  /** On the processor, by fast kernels. */
  public static Children onProcessor() {
    return new Children(Kernels.FAST.label(), null);
  }

  /** This project's training step of a case, with MTO or without. */
  public ChildProcess ours(BenchmarkCase benchmark, boolean mto) {
    return process("the training step", StepProcess.class, benchmark.config(mto).toString());
  }

  /** The measurement of the machine's matrix products. */
  ChildProcess products() {
    return process("the matrix product", ProductProcess.class);
  }

  /** libtorch's training step. */
  ChildProcess peer(Blas blas, PeerSettings settings, BenchmarkCase benchmark) {
    List<String> command =
        java(
            flag ->
                !flag.startsWith("-Dmto.")
                    && !flag.startsWith("-Xshare:")
                    && !flag.startsWith("-XX:SharedArchiveFile=")); // of other classes
    command.addAll(
        List.of(
            "-Dorg.bytedeco.openblas.load=" + blas.label(),
            "-cp",
            peerClassPath,
            "dev.mto.peer.PeerProcess",
            benchmark.peerCase().toString(),
            benchmark.inputs().toString()));
    ProcessBuilder builder = prepared(command);
    settings.apply(builder.environment());
    return new ChildProcess(benchmark.title(blas.title()), builder);
  }

  /**
   * A process of this project that serves commands.
   *
   * @param name for messages
   * @param main its class, which calls {@link ChildServer#serve}
   */
  public ChildProcess process(String name, Class<?> main, String... arguments) {
    List<String> command = java(flag -> !flag.startsWith("-D" + KernelSets.PROPERTY));
    System.getProperties().stringPropertyNames().stream()
        .filter(property -> property.startsWith(OF_CUDA))
        .forEach(property -> command.add("-D" + property + "=" + System.getProperty(property)));
    command.addAll(
        List.of(
            "-D" + KernelSets.PROPERTY + "=" + kernels,
            "-cp",
            System.getProperty("java.class.path"),
            main.getName()));
    command.addAll(Arrays.asList(arguments));
    return new ChildProcess(name, prepared(command));
  }

  private static List<String> java(Predicate<String> kept) {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    ManagementFactory.getRuntimeMXBean().getInputArguments().stream()
        .filter(flag -> !flag.startsWith("-agentlib") && !flag.startsWith("-javaagent"))
        .filter(kept)
        .forEach(command::add);
    return command;
  }

  private static ProcessBuilder prepared(List<String> command) {
    ProcessBuilder builder = new ProcessBuilder(command);
    ENVIRONMENT.forEach(builder.environment()::putIfAbsent);
    return builder;
  }
}
