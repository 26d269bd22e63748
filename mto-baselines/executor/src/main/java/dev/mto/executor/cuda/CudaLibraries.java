package dev.mto.executor.cuda;

import com.sun.jna.Function;
import com.sun.jna.Native;
import com.sun.jna.NativeLibrary;
import com.sun.jna.ptr.IntByReference;
import java.io.File;
import java.io.IOException;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.IntFunction;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Finds CUDA's driver, NVRTC and cuBLASLt on Linux. Each is looked for in given folders first, in
 * the places that NVIDIA's Python wheels have below them too, then where the system looks. NVRTC
 * and cuBLASLt are those of the newest CUDA that the driver supports.
 */
final class CudaLibraries {
  /** System property with folders to look in, before the variable of the environment. */
  static final String FOLDERS_PROPERTY = "mto.cuda.libraries";

  /** Variable of the environment with folders to look in, separated like those of {@code PATH}. */
  static final String FOLDERS_VARIABLE = "MTO_CUDA_LIBRARIES";

  private static final int OLDEST = 11;
  private static final int NEWEST = 13;
  private static final int WHEELS = 12; // the newest that are named so; a driver takes older ones

  private static final List<String> DRIVER = List.of("libcuda.so.1");
  private static final Pattern PRODUCT = Pattern.compile("libcuda\\.so\\.(\\d{3,}(\\.\\d+)+)$");
  private static final Path MAPPED = Path.of("/proc/self/maps");

  /** Where libraries are in a folder that is given: there, or where NVIDIA's wheels put them. */
  private static final List<String> INSIDE =
      List.of("", "nvidia/cuda_nvrtc/lib", "nvidia/cublas/lib", "nvidia/cu13/lib");

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
      ofThisMachine().bind();
    }
  }

  /** Those that are looked for on this machine. */
  static CudaLibraries ofThisMachine() {
    return new CudaLibraries(given(), true);
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
    int version = bindDriver();
    bindCompiler(version);
    bindProducts(version);
    bound = true;
  }

  /**
   * The libraries by their names, each with its version and place or with what to do about it. They
   * are bound as far as they are there; no driver is none of them.
   */
  Map<String, String> described() {
    Map<String, String> described = new LinkedHashMap<>();
    try {
      Optional<NativeLibrary> driver = onLinux() ? find(DRIVER) : Optional.empty();
      if (driver.isEmpty()) {
        return described;
      }
      int version = bindDriver();
      String own = productVersion(driver.get());
      described.put("NVIDIA driver", own + "for CUDA up to " + dotted(version));
      described.put("NVRTC", described(this::bindCompiler, version));
      described.put("cuBLASLt", described(this::bindProducts, version));
    } catch (CudaException e) {
      described.put("NVIDIA driver", e.getMessage());
    }
    return described;
  }

  private static boolean onLinux() {
    return System.getProperty("os.name").equals("Linux");
  }

  private static String described(IntFunction<String> binding, int driver) {
    try {
      return binding.apply(driver);
    } catch (CudaException e) {
      return e.getMessage();
    }
  }

  /**
   * The newest CUDA that the driver supports, as 1000 times its major number and 10 its minor. It
   * is asked before all else, since an old driver lacks functions.
   */
  private int bindDriver() {
    if (!onLinux()) {
      throw new CudaException("GPUs are used on Linux only; run on the CPU");
    }
    NativeLibrary driver =
        find(DRIVER)
            .orElseThrow(
                () ->
                    new CudaException(
                        "no NVIDIA driver: libcuda.so.1 is not there; install the driver of the"
                            + " GPU, or run on the CPU"));
    int version = supported(driver);
    if (version < 1000 * OLDEST) {
      throw new CudaException(
          "the NVIDIA driver is too old: it supports CUDA %s, and %d.0 is needed; install a newer"
                  .formatted(dotted(version), OLDEST)
              + " driver (450.80 or later), or run on the CPU");
    }
    bind(
        CudaDriver.class,
        driver,
        "the NVIDIA driver for CUDA %s".formatted(dotted(version)),
        "install all of a newer driver, or run on the CPU");
    return version;
  }

  /** The newest CUDA of a driver; 0 where it does not tell. */
  private static int supported(NativeLibrary driver) {
    Optional<Function> asked = function(driver, "cuDriverGetVersion");
    IntByReference version = new IntByReference();
    return asked.isPresent() && asked.get().invokeInt(new Object[] {version}) == 0
        ? version.getValue()
        : 0;
  }

  /**
   * Takes the functions that a class declares from a library, all of them or none.
   *
   * @param name of the library, for people
   * @param cure what to do where some are missing, for people
   */
  private static void bind(Class<?> functions, NativeLibrary library, String name, String cure) {
    List<String> needed =
        Arrays.stream(functions.getDeclaredMethods())
            .filter(method -> Modifier.isNative(method.getModifiers()))
            .map(Method::getName)
            .sorted()
            .toList();
    List<String> missing =
        needed.stream().filter(function -> function(library, function).isEmpty()).toList();
    if (!missing.isEmpty()) {
      throw new CudaException(
          "%s (%s) lacks %d of %d functions, the first is %s; %s"
              .formatted(
                  name, place(library), missing.size(), needed.size(), missing.get(0), cure));
    }
    Native.register(functions, library);
  }

  private static Optional<Function> function(NativeLibrary library, String name) {
    try {
      return Optional.of(library.getFunction(name));
    } catch (UnsatisfiedLinkError e) {
      return Optional.empty();
    }
  }

  /** The version and the place of NVRTC. */
  private String bindCompiler(int driver) {
    NativeLibrary library =
        library(
            "libnvrtc",
            "cuda-nvrtc",
            "nvidia-cuda-nvrtc",
            driver,
            major -> "libnvrtc.so." + (major == OLDEST ? "11.2" : major));
    bind(Nvrtc.class, library, "NVRTC", "install NVRTC 11.2 or newer, or run on the CPU");
    return KernelSource.version() + ", " + place(library);
  }

  /** The version and the place of cuBLASLt. */
  private String bindProducts(int driver) {
    NativeLibrary library =
        library(
            "libcublasLt",
            "libcublas",
            "nvidia-cublas",
            driver,
            major -> "libcublasLt.so." + major);
    bind(CublasLt.class, library, "cuBLASLt", "install cuBLAS 11 or newer, or run on the CPU");
    return products() + ", " + place(library);
  }

  /** The version of cuBLASLt, which is bound. */
  static String products() {
    long version = CublasLt.cublasLtGetVersion();
    return "%d.%d.%d".formatted(version / 10_000, version / 100 % 100, version % 100);
  }

  /** A version of CUDA as people write it. */
  private static String dotted(int version) {
    return version / 1000 + "." + version % 1000 / 10;
  }

  /**
   * The version of the driver as NVIDIA counts, and a comma; empty where its file does not tell.
   */
  private static String productVersion(NativeLibrary driver) {
    Matcher name = PRODUCT.matcher(place(driver));
    return name.find() ? name.group(1) + ", " : "";
  }

  /** The file that a library was loaded from, without links where it can be told. */
  private static String place(NativeLibrary library) {
    Path file = library.getFile().toPath();
    try (Stream<String> mapped = Files.lines(MAPPED)) {
      String beginning = "/" + file.getFileName().toString().replaceFirst("\\.so\\..*", ".so.");
      return file.isAbsolute()
          ? file.toRealPath().toString()
          : mapped
              .filter(line -> line.contains(beginning))
              .map(line -> line.substring(line.indexOf('/')))
              .findFirst()
              .orElse(file.toString());
    } catch (IOException e) {
      return file.toString();
    }
  }

  private NativeLibrary library(
      String name, String systemPackage, String wheel, int driver, IntFunction<String> file) {
    int newest = Math.min(NEWEST, driver / 1000);
    List<String> names =
        IntStream.rangeClosed(OLDEST, newest).map(i -> newest + OLDEST - i).mapToObj(file).toList();
    return find(names)
        .orElseThrow(
            () ->
                new CudaException(
                    "%s is missing: the driver supports CUDA %s, and %s is not there; install"
                            .formatted(name, dotted(driver), String.join(" or ", names))
                        + " NVIDIA's package %s-%d-*, or pip install --target DIR %s-cu%d and set"
                            .formatted(systemPackage, newest, wheel, Math.min(WHEELS, newest))
                        + " %s=DIR (docs/gpu.md)".formatted(FOLDERS_VARIABLE)));
  }

  private Optional<NativeLibrary> find(List<String> names) {
    requireJna();
    return Stream.concat(
            names.stream().flatMap(this::inFolders), alsoElsewhere ? names.stream() : Stream.of())
        .map(CudaLibraries::load)
        .flatMap(Optional::stream)
        .findFirst();
  }

  /** It unpacks a library of its own before it can call any other. */
  private static void requireJna() {
    try {
      LOG.debug("JNA for addresses of {} bytes", Native.POINTER_SIZE);
    } catch (LinkageError e) {
      throw new CudaException(
          "libraries cannot be called (%s); name a folder that may be written to and run from by"
                  .formatted(String.valueOf(e.getMessage()).lines().findFirst().orElse(""))
              + " MTO_JAVA_OPTIONS=-Djna.tmpdir=DIR, or run on the CPU");
    }
  }

  private Stream<String> inFolders(String name) {
    return folders.stream()
        .flatMap(folder -> INSIDE.stream().map(folder::resolve))
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
