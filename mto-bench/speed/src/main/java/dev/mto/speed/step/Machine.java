package dev.mto.speed.step;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;

/**
 * Where and with what was measured.
 *
 * @param cpu model of the processor
 * @param threads of every process
 * @param nativeBuild file name of ND4J's native library
 * @param kernels that our step ran with
 * @param commit of this project
 * @param java version
 */
record Machine(
    String cpu, String threads, String nativeBuild, String kernels, String commit, String java) {
  /** This one. */
  static Machine here(SessionKernels kernels) throws IOException {
    Path cpuInfo = Path.of("/proc/cpuinfo");
    return new Machine(
        Files.exists(cpuInfo) ? cpuModel(Files.readString(cpuInfo)) : System.getProperty("os.arch"),
        Map.copyOf(System.getenv())
            .getOrDefault(
                "OMP_NUM_THREADS", Integer.toString(Runtime.getRuntime().availableProcessors())),
        nativeBuild(System.getProperty("java.class.path")),
        kernels.label(),
        System.getProperty("mto.commit", "unknown"),
        Runtime.version().toString());
  }

  /** The model's name in the text of /proc/cpuinfo. */
  static String cpuModel(String cpuInfo) {
    return cpuInfo
        .lines()
        .filter(line -> line.startsWith("model name"))
        .map(line -> line.substring(line.indexOf(':') + 1).trim())
        .findFirst()
        .orElse("unknown");
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
