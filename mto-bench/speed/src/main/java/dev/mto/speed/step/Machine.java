package dev.mto.speed.step;

import dev.mto.executor.cuda.CudaGpu;
import dev.mto.executor.cuda.CudaKernelSets;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import java.util.Optional;

/**
 * Where and with what was measured.
 *
 * @param cpu model of the processor
 * @param threads of every process
 * @param nativeBuild file name of ND4J's native library
 * @param kernels that our step ran with
 * @param device that our step ran on
 * @param commit of this project
 * @param java version
 */
record Machine(
    String cpu,
    String threads,
    String nativeBuild,
    String kernels,
    String device,
    String commit,
    String java) {
  private static final Path CPU_INFO = Path.of("/proc/cpuinfo");
  private static final Path STATUS = Path.of("/proc/self/status");

  /** This one. */
  static Machine here(Children.Kernels kernels) throws IOException {
    return new Machine(
        Files.exists(CPU_INFO)
            ? cpuModel(Files.readString(CPU_INFO))
            : System.getProperty("os.arch"),
        Map.copyOf(System.getenv())
            .getOrDefault(
                "OMP_NUM_THREADS", Integer.toString(Runtime.getRuntime().availableProcessors())),
        nativeBuild(System.getProperty("java.class.path")),
        CudaKernelSets.isChosen() ? "cuda" : kernels.label(),
        CudaKernelSets.chosenGpu().map(CudaGpu::toString).orElse("CPU"),
        System.getProperty("mto.commit", "unknown"),
        Runtime.version().toString());
  }

  /** Whether the processor has AVX-512; no where the system does not tell. */
  static boolean hasAvx512() throws IOException {
    return Files.exists(CPU_INFO)
        && value(Files.readString(CPU_INFO), "flags").orElse("").matches(".*\\bavx512f\\b.*");
  }

  /** The model's name in the text of /proc/cpuinfo. */
  static String cpuModel(String cpuInfo) {
    return value(cpuInfo, "model name").orElse("unknown");
  }

  /** Most memory of this process that was resident, in MiB; NaN where the system does not tell. */
  static double peakMebibytes() throws IOException {
    return Files.exists(STATUS) ? peakMebibytes(Files.readString(STATUS)) : Double.NaN;
  }

  /** The same from the text of /proc/self/status. */
  static double peakMebibytes(String status) {
    return value(status, "VmHWM")
        .map(size -> Double.parseDouble(size.replaceAll("[^0-9]", "")) / 1024)
        .orElse(Double.NaN);
  }

  private static Optional<String> value(String text, String name) {
    return text.lines()
        .filter(line -> line.startsWith(name))
        .map(line -> line.substring(line.indexOf(':') + 1).trim())
        .findFirst();
  }

  /** The jar of a class path that holds ND4J's native library. */
  static String nativeBuild(String classPath) {
    return Arrays.stream(classPath.split(File.pathSeparator))
        .map(entry -> Path.of(entry).getFileName().toString())
        .filter(jar -> jar.matches("nd4j-(native|cuda)-[0-9].*-(linux|macosx|windows)-.*\\.jar"))
        .findFirst()
        .orElse("unknown");
  }
}
