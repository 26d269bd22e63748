package dev.mto.executor.cuda;

import com.sun.jna.NativeLibrary;
import com.sun.jna.ptr.IntByReference;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.function.IntFunction;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Finds CUDA's driver, NVRTC and cuBLASLt on Linux. Each is looked for in given folders first, then
 * where the system looks. NVRTC and cuBLASLt are those of the newest CUDA that the driver supports.
 */
final class CudaLibraries {
  /** System property with folders to look in, before the variable of the environment. */
  static final String FOLDERS_PROPERTY = "mto.cuda.libraries";

  /** Variable of the environment with folders to look in, separated like those of {@code PATH}. */
  static final String FOLDERS_VARIABLE = "MTO_CUDA_LIBRARIES";

  private static final int OLDEST = 11;
  private static final int NEWEST = 13;

  private static final Logger LOG = LoggerFactory.getLogger(CudaLibraries.class);

  private static boolean bound;

  private final List<Path> folders;
  private final boolean alsoElsewhere;

  private CudaLibraries(List<Path> folders, boolean alsoElsewhere) {
    this.folders = folders;
    this.alsoElsewhere = alsoElsewhere;
  }

  /**
   * Makes the functions of the libraries callable, at the first call.
   *
   * @throws CudaException when one is missing, or the driver is too old
   */
  static synchronized void require() {
    if (!bound) {
      new CudaLibraries(given(), true).bind();
    }
  }

  /** Those of a folder only. */
  static CudaLibraries in(Path folder) {
    return new CudaLibraries(List.of(folder), false);
  }

  private static List<Path> given() {
    String text =
        System.getProperty(
            FOLDERS_PROPERTY, Optional.ofNullable(System.getenv(FOLDERS_VARIABLE)).orElse(""));
    return Stream.of(text.split(File.pathSeparator))
        .filter(folder -> !folder.isBlank())
        .map(Path::of)
        .toList();
  }

  /** As {@link #require}, in place of what is bound. */
  void bind() {
    CudaDriver.bind(
        find(List.of("libcuda.so.1"))
            .orElseThrow(
                () ->
                    new CudaException(
                        "no NVIDIA driver: libcuda.so.1 is not there; install the driver of the"
                            + " GPU, or run on the CPU")));
    int version = driverVersion();
    Nvrtc.bind(
        library(
            "libnvrtc",
            "cuda-nvrtc",
            version,
            major -> "libnvrtc.so." + (major == OLDEST ? "11.2" : major)));
    CublasLt.bind(library("libcublasLt", "libcublas", version, major -> "libcublasLt.so." + major));
    bound = true;
  }

  /** The newest CUDA that the driver supports, as 1000 times its major number and 10 its minor. */
  private static int driverVersion() {
    IntByReference version = new IntByReference();
    if (CudaDriver.cuDriverGetVersion(version) != 0 || version.getValue() < 1000 * OLDEST) {
      throw new CudaException(
          "the NVIDIA driver is too old: it supports CUDA %s, and %d.0 is needed; install a newer"
                  .formatted(CudaDevice.dotted(version.getValue()), OLDEST)
              + " driver (450.80 or later), or run on the CPU");
    }
    return version.getValue();
  }

  private NativeLibrary library(
      String name, String systemPackage, int driver, IntFunction<String> file) {
    int newest = Math.min(NEWEST, driver / 1000);
    List<String> names =
        IntStream.rangeClosed(OLDEST, newest).map(i -> newest + OLDEST - i).mapToObj(file).toList();
    return find(names)
        .orElseThrow(
            () ->
                new CudaException(
                    "%s is missing: the driver supports CUDA %s, and %s is not there; install the"
                            .formatted(name, CudaDevice.dotted(driver), String.join(" or ", names))
                        + " package %s-%d-* or NVIDIA's Python wheel of it, and name its folder in"
                            .formatted(systemPackage, newest)
                        + " %s where the system does not look".formatted(FOLDERS_VARIABLE)));
  }

  private Optional<NativeLibrary> find(List<String> names) {
    return Stream.concat(
            names.stream().flatMap(this::inFolders), alsoElsewhere ? names.stream() : Stream.of())
        .map(CudaLibraries::load)
        .flatMap(Optional::stream)
        .findFirst();
  }

  private Stream<String> inFolders(String name) {
    return folders.stream()
        .map(folder -> folder.resolve(name).toAbsolutePath())
        .filter(Files::exists)
        .map(Path::toString);
  }

  private static Optional<NativeLibrary> load(String place) {
    try {
      loadBeside(Path.of(place));
      return Optional.of(NativeLibrary.getInstance(place));
    } catch (UnsatisfiedLinkError e) {
      LOG.debug("{} cannot be loaded: {}", place, e.getMessage());
      return Optional.empty();
    }
  }

  /** NVRTC asks for its second library by name, which is not found outside of the usual places. */
  private static void loadBeside(Path library) {
    if (!library.isAbsolute() || !library.getFileName().toString().startsWith("libnvrtc.")) {
      return;
    }
    try (Stream<Path> files = Files.list(library.getParent())) {
      files
          .filter(file -> file.getFileName().toString().startsWith("libnvrtc-builtins.so."))
          .forEach(file -> NativeLibrary.getInstance(file.toString()));
    } catch (IOException e) {
      throw new CudaException("%s cannot be listed: %s".formatted(library.getParent(), e));
    }
  }
}
