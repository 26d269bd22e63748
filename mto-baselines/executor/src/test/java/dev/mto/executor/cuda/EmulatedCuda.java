package dev.mto.executor.cuda;

import static java.util.stream.Collectors.joining;

import com.sun.jna.NativeLibrary;
import dev.mto.executor.kernels.KernelSets;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.regex.Pattern;

/**
 * CUDA's libraries without a GPU: {@code fake_cuda.cpp} and what it includes, compiled by g++. They
 * are compiled once for each text of these files.
 */
public final class EmulatedCuda {
  /** What there must be for it: why a test is skipped. */
  public static final String NEEDS =
      "g++ on Linux is needed, which compiles the kernels for GPUs for emulation";

  private static final Path BUILT = built();
  private static final Pattern KERNEL = Pattern.compile("^KERNEL (\\w+)\\(", Pattern.MULTILINE);
  private static final List<String> SOURCES =
      List.of(
          "emulation.h",
          "fake_device.h",
          "fake_driver.h",
          "fake_nvrtc.h",
          "fake_cublaslt.h",
          "fake_cuda.cpp");

  /** The system property asks for AddressSanitizer, which the process must have loaded before. */
  private static final List<String> FLAGS =
      Boolean.getBoolean("mto.cuda.sanitized")
          ? List.of(
              "-std=c++17",
              "-O1",
              "-g",
              "-fsanitize=address",
              "-fPIC",
              "-shared",
              "-fvisibility=hidden")
          : List.of(
              "-std=c++17",
              "-O2",
              "-fno-tree-slp-vectorize", // which takes a third of the time of compiling
              "-fPIC",
              "-shared",
              "-fvisibility=hidden");

  private static final List<String> LIBRARIES =
      List.of("libcuda.so.1", "libnvrtc.so.13", "libcublasLt.so.13");

  static {
    // machine code that real libraries made, or would take, is not that of emulated ones
    System.setProperty(
        CubinCache.FOLDER_PROPERTY, BUILT.resolve("cubins").toAbsolutePath().toString());
  }

  private final NativeLibrary control;

  private EmulatedCuda(Path folder) {
    control = NativeLibrary.getInstance(folder.resolve(LIBRARIES.get(0)).toString());
  }

  /**
   * Beside these classes or their jar, so that all modules of a build share it; or of the module.
   */
  private static Path built() {
    Path classes =
        Path.of(
            URI.create(
                EmulatedCuda.class.getProtectionDomain().getCodeSource().getLocation().toString()));
    return classes.getParent().endsWith("target")
        ? classes.resolveSibling("emulated-cuda")
        : Path.of("target", "emulated-cuda");
  }

  /**
   * Whether there can be one here: a condition of tests.
   *
   * @throws IllegalStateException when not, where the environment says that no test is to be
   *     skipped
   */
  public static boolean isPossible() {
    boolean possible = hasCompiler();
    if (!possible && "required".equals(System.getenv("MTO_EMULATED_CUDA"))) {
      throw new IllegalStateException(
          "MTO_EMULATED_CUDA is 'required', and there is none: " + NEEDS);
    }
    return possible;
  }

  private static boolean hasCompiler() {
    try {
      return System.getProperty("os.name").equals("Linux")
          && run(List.of("g++", "--version")).code() == 0;
    } catch (IOException e) {
      return false; // it is not installed
    }
  }

  /** What to do on an emulated GPU, told what it counts. */
  public interface Work<T> {
    T on(EmulatedCuda emulated);
  }

  /** Has sessions that are opened meanwhile run on an emulated GPU. */
  public static <T> T during(Work<T> work) {
    String before = System.setProperty(KernelSets.PROPERTY, "cuda");
    try {
      return work.on(bind());
    } finally {
      if (before == null) {
        System.clearProperty(KernelSets.PROPERTY);
      } else {
        System.setProperty(KernelSets.PROPERTY, before);
      }
    }
  }

  /** Binds libraries with the kernels of the project. */
  public static EmulatedCuda bind() {
    return bind(KernelSource.text());
  }

  /** As {@link #bind}, and makes them those that are found on this machine. */
  public static EmulatedCuda install() {
    System.setProperty(CudaLibraries.FOLDERS_PROPERTY, folder(KernelSource.text()).toString());
    return bind();
  }

  /** Has this machine's own libraries found again; those that are bound stay. */
  public static void uninstall() {
    System.clearProperty(CudaLibraries.FOLDERS_PROPERTY);
  }

  /** Binds libraries with these kernels, in place of others. */
  static EmulatedCuda bind(String kernels) {
    Path folder = folder(kernels);
    CudaLibraries.in(folder).bind();
    return new EmulatedCuda(folder);
  }

  /** A number that the driver tells, as its version. */
  public EmulatedCuda set(String setting, int value) {
    control.getFunction("fake_set").invokeInt(new Object[] {setting, value});
    return this;
  }

  /**
   * Makes the next call of a function fail; {@code a kernel} is the next one that is done. With an
   * error from 700 to 899 all fails until nobody has a GPU.
   */
  public void fail(String function, int error) {
    fail(function, error, 0);
  }

  /** Makes a call of a function fail after some that do not. */
  public void fail(String function, int error, int after) {
    control.getFunction("fake_fail").invokeInt(new Object[] {function, error, after});
  }

  /** Contexts, streams, graphs and events that were not given back. */
  public int opened() {
    return control.getFunction("fake_opened").invokeInt(new Object[0]);
  }

  /** In which order threads, warps and blocks run. */
  void runBackwards(boolean backwards) {
    control.getFunction("fake_backwards").invokeInt(new Object[] {backwards ? 1 : 0});
  }

  /** Kernels that were launched, those of graphs too. */
  public long launches() {
    return count("launches");
  }

  /**
   * How much was asked for so far.
   *
   * @param what {@code launches}, {@code captures}, {@code graphs}, {@code allocations}, {@code
   *     synchronisations}, {@code waits for events}, {@code bytes to the device} or {@code bytes to
   *     the host}
   */
  public long count(String what) {
    return (long) control.getFunction("fake_count").invoke(Long.class, new Object[] {what});
  }

  /** Memory of a device that is taken. */
  public long bytes(int ordinal) {
    return (long) control.getFunction("fake_bytes").invoke(Long.class, new Object[] {ordinal});
  }

  /**
   * A folder with the libraries, which one process makes and others wait for.
   *
   * @param kernels text of {@code kernels.cu}
   */
  @SuppressWarnings("try") // the lock is held meanwhile
  static synchronized Path folder(String kernels) {
    String all = kernels + SOURCES.stream().map(EmulatedCuda::resource).collect(joining());
    all += FLAGS;
    UUID text = UUID.nameUUIDFromBytes(all.getBytes(StandardCharsets.UTF_8));
    Path folder = BUILT.resolve(text.toString()).toAbsolutePath();
    if (Files.exists(folder)) {
      return folder;
    }
    try {
      Files.createDirectories(BUILT);
    } catch (IOException e) {
      throw new IllegalStateException("emulated CUDA could not be built in " + BUILT, e);
    }
    try (FileChannel file =
            FileChannel.open(
                BUILT.resolve("lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
        FileLock lock = file.lock()) {
      if (Files.exists(folder)) {
        return folder;
      }
      Path work = Files.createTempDirectory(BUILT.toAbsolutePath(), "work");
      Files.writeString(work.resolve("kernels.cu"), kernels);
      for (String source : SOURCES) {
        Files.writeString(work.resolve(source), resource(source));
      }
      Files.write(
          work.resolve("kernel_names.h"),
          names(kernels).stream().map("EMULATE(%s)"::formatted).toList());
      compile(work);
      Files.move(work, folder);
      return folder;
    } catch (IOException e) {
      throw new IllegalStateException("emulated CUDA could not be built in " + BUILT, e);
    }
  }

  /** Names of the kernels in a text. */
  static List<String> names(String kernels) {
    return KERNEL.matcher(kernels).results().map(kernel -> kernel.group(1)).toList();
  }

  private static void compile(Path folder) throws IOException {
    List<String> command = new ArrayList<>(FLAGS);
    command.add(0, "g++");
    command.addAll(
        List.of(
            "-o",
            folder.resolve(LIBRARIES.get(0)).toString(),
            folder.resolve("fake_cuda.cpp").toString(),
            "-ldl"));
    Finished compiler = run(command);
    if (compiler.code() != 0) {
      throw new IllegalStateException("g++ cannot compile emulated CUDA:\n" + compiler.output());
    }
    for (String name : LIBRARIES.subList(1, LIBRARIES.size())) {
      Files.createLink(folder.resolve(name), folder.resolve(LIBRARIES.get(0)));
    }
  }

  private static String resource(String name) {
    try (InputStream file = EmulatedCuda.class.getResourceAsStream(name)) {
      return new String(file.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new IllegalStateException(name, e);
    }
  }

  private record Finished(int code, String output) {}

  private static Finished run(List<String> command) throws IOException {
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    try {
      return new Finished(process.waitFor(), output);
    } catch (InterruptedException e) {
      throw new IllegalStateException("interrupted while " + command.get(0) + " was running", e);
    }
  }
}
