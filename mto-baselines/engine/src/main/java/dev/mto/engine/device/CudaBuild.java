package dev.mto.engine.device;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
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
      throw new UncheckedIOException(e);
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
    Optional<Drivers> drivers = Drivers.forCuda(cuda, operatingSystem);
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

  private boolean hasNoCodeFor(Capability capability) {
    return capability.compareTo(lowest) < 0 || capability.compareTo(highest) > 0;
  }

  private String noCode(Capability capability) {
    return "ND4J for CUDA "
        + cuda
        + " has device code for compute capability "
        + lowest
        + " to "
        + highest
        + " only; use the CPU backend, or an ND4J that you build from source for "
        + capability
        + " (README, CUDA: -Dnd4j.version, -Dnd4j.cuda.version, -Dnd4j.cuda.capabilities)";
  }

  private String tooOld(DriverVersion driver, Drivers drivers) {
    return "driver "
        + driver
        + " is older than "
        + drivers.oldest()
        + ", the oldest for CUDA "
        + cuda
        + "; install "
        + drivers.own()
        + " or newer, or use the CPU backend";
  }

  private String older(Gpu gpu, Drivers drivers) {
    return "driver "
        + gpu.driver()
        + " is older than CUDA "
        + cuda
        + "'s own "
        + drivers.own()
        + " but not than "
        + drivers.oldest()
        + ", so minor-version compatibility serves it"
        + (gpu.capability().isPresent()
            ? ""
            : " if the GPU's compute capability is " + lowest + " to " + highest)
        + "; if it fails, install a newer driver";
  }
}
