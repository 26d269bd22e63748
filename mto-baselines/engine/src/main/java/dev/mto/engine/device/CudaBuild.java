package dev.mto.engine.device;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;

/**
 * ND4J's build for CUDA, which this project uses or could use: what it has device code for.
 *
 * @param cuda the version of CUDA it was built with
 * @param lowest the lowest compute capability that its device code serves
 * @param highest the highest one
 * @param operatingSystem the name of this machine's operating system
 */
public record CudaBuild(
    String cuda, Capability lowest, Capability highest, String operatingSystem) {
  private static final String SETTINGS = "/dev/mto/engine/build.properties";

  /** Refuses an empty range. */
  public CudaBuild {
    if (lowest.compareTo(highest) > 0) {
      throw new IllegalArgumentException(
          "nd4j.cuda.capabilities: %s-%s is empty; give the lower one first, such as 3.7-8.9"
              .formatted(lowest, highest));
    }
  }

  /** The one that this project's build names ({@code nd4j.cuda.*} in its pom). */
  public static CudaBuild ofThisProject() {
    Properties build = new Properties();
    try (InputStream in = CudaBuild.class.getResourceAsStream(SETTINGS)) {
      build.load(in);
    } catch (IOException e) {
      throw new UncheckedIOException(SETTINGS, e);
    }
    return of(
        build.getProperty("cuda"),
        build.getProperty("cuda.capabilities"),
        System.getProperty("os.name"));
  }

  /** One for capabilities such as {@code 3.7-8.9}. */
  static CudaBuild of(String cuda, String capabilities, String operatingSystem) {
    String[] range = capabilities.split("-", -1);
    return new CudaBuild(
        cuda,
        Capability.parse(range[0]),
        Capability.parse(range[range.length - 1]),
        operatingSystem);
  }

  /** Whether it runs on a GPU. */
  public Verdict judge(Gpu gpu) {
    Optional<Drivers> drivers = drivers();
    if (gpu.capability().filter(this::hasNoCodeFor).isPresent()) {
      return new Verdict(false, gpu + " cannot run: " + noCode(gpu.capability().get()));
    }
    if (drivers.filter(d -> gpu.driver().compareTo(d.oldest()) < 0).isPresent()) {
      return new Verdict(false, gpu + " cannot run: " + tooOld(gpu.driver(), drivers.get()));
    }
    if (drivers.filter(d -> gpu.driver().compareTo(d.own()) < 0).isPresent()) {
      return new Verdict(true, gpu + " may run: " + older(gpu, drivers.get()));
    }
    return new Verdict(true, gpu + " can run");
  }

  /**
   * The drivers that a version of CUDA works with. Source: NVIDIA's CUDA toolkit release notes,
   * tables 2 and 3 (minor-version compatibility).
   *
   * @param own the driver that came with it; everything newer works
   * @param oldest the oldest of the same major version, which works by minor-version compatibility:
   *     for programs whose device code needs no translation
   */
  private record Drivers(DriverVersion own, DriverVersion oldest) {
    private static final Map<String, Drivers> LINUX = Map.of("11.6", of("510.39.01", "450.80.02"));
    private static final Map<String, Drivers> WINDOWS = Map.of("11.6", of("511.23", "452.39"));

    private static Drivers of(String own, String oldest) {
      return new Drivers(new DriverVersion(own), new DriverVersion(oldest));
    }
  }

  /** Those of this build; empty where they are not known here. */
  private Optional<Drivers> drivers() {
    return Optional.ofNullable(
        (operatingSystem.startsWith("Windows") ? Drivers.WINDOWS : Drivers.LINUX).get(cuda));
  }

  private boolean hasNoCodeFor(Capability capability) {
    return capability.compareTo(lowest) < 0 || capability.compareTo(highest) > 0;
  }

  private String noCode(Capability capability) {
    return "ND4J for CUDA %s has device code for compute capability %s to %s only; use the CPU"
            .formatted(cuda, lowest, highest)
        + " backend, or an ND4J that you build from source for "
        + capability
        + " (docs/gpu.md: -Dnd4j.version, -Dnd4j.cuda.version, -Dnd4j.cuda.capabilities)";
  }

  private String tooOld(DriverVersion driver, Drivers drivers) {
    return "driver %s is older than %s, the oldest for CUDA %s; install %s or newer, or use the CPU backend"
        .formatted(driver, drivers.oldest(), cuda, drivers.own());
  }

  private String older(Gpu gpu, Drivers drivers) {
    return "driver %s is older than CUDA %s's own %s but not than %s, so minor-version compatibility serves it"
            .formatted(gpu.driver(), cuda, drivers.own(), drivers.oldest())
        + (gpu.capability().isPresent()
            ? ""
            : " if the GPU's compute capability is " + lowest + " to " + highest)
        + "; if it fails, install a newer driver";
  }
}
