package dev.mto.engine.command;

import dev.mto.engine.device.Backend;
import dev.mto.engine.errors.UserException;
import dev.mto.executor.cuda.CudaException;
import dev.mto.executor.cuda.CudaGpu;
import dev.mto.executor.cuda.CudaKernelSets;
import dev.mto.executor.kernels.KernelSets;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Option;

/**
 * {@code --device}: what a command computes on. A command has this as {@code @Mixin} in a field
 * that nobody reads, which is why it is not private; {@link CommandLines} makes the choice known
 * before the command is called and forgets it afterwards.
 *
 * <p>The default is the CPU, as long as the kernels for GPUs have run in emulation only: who takes
 * a GPU has asked for one.
 */
public final class DeviceOption {
  private static final Pattern GPU = Pattern.compile("cuda(?::(\\d{1,4}))?");
  private static final String CPU = "cpu";
  private static final String AUTO = "auto";
  private static final String FIRST_GPU = "cuda";
  private static final String STANDARD = "standard"; // values of the property
  private static final String FAST = "fast";

  @Option(
      names = "--device",
      paramLabel = "NAME",
      description =
          "cpu; cuda or cuda:N, an NVIDIA GPU (the first, or number N from 0); auto, the first GPU"
              + " that fits or else the CPU, and says which (default: cpu, of bench gpu cuda). On a cluster cuda, a GPU"
              + " for each worker. Kernels for GPUs are"
              + " verified by emulation, not yet on hardware.")
  private String device;

  /** The option of a command that is about GPUs: the first of them unless another one is named. */
  public static DeviceOption onGpu() {
    DeviceOption option = new DeviceOption();
    option.device = FIRST_GPU;
    return option;
  }

  /** The choice while a command runs. */
  interface Applied extends AutoCloseable {
    @Override
    void close();
  }

  /**
   * Makes the choice of a command line known to the sessions that are created afterwards, and says
   * which GPU it is; no choice leaves all as it is.
   *
   * @throws UserException when the device is not known, not there, or does not go with other
   *     options
   */
  static Applied apply(CommandSpec command) {
    String before = System.getProperty(KernelSets.PROPERTY);
    DeviceOption option = of(command);
    if (option != null && option.device != null) {
      System.setProperty(
          KernelSets.PROPERTY,
          kernels(option.device, standard(command, before), Where.of(command)));
    }
    return () -> {
      if (before == null) {
        System.clearProperty(KernelSets.PROPERTY);
      } else {
        System.setProperty(KernelSets.PROPERTY, before);
      }
    };
  }

  private static DeviceOption of(CommandSpec spec) {
    if (spec.userObject() instanceof DeviceOption option) {
      return option;
    }
    return spec.mixins().values().stream()
        .map(DeviceOption::of)
        .filter(found -> found != null)
        .findFirst()
        .orElse(null);
  }

  private static boolean standard(CommandSpec command, String property) {
    OptionSpec kernels = command.findOption("--kernels");
    return STANDARD.equals(property)
        || (kernels != null
            && STANDARD.equalsIgnoreCase(String.valueOf(kernels.<Object>getValue())));
  }

  /** Where is computed. */
  private enum Where {
    HERE,
    /** By workers, each of which looks at the GPU that it is given. */
    BY_WORKERS,
    /** Here, to see how it would be by workers. */
    HERE_AS_BY_WORKERS;

    static Where of(CommandSpec command) {
      OptionSpec cluster = command.findOption("--cluster");
      if (cluster == null || cluster.getValue() == null) {
        return HERE;
      }
      OptionSpec dryRun = command.findOption("--dry-run");
      return dryRun != null && dryRun.<Boolean>getValue() ? HERE_AS_BY_WORKERS : BY_WORKERS;
    }
  }

  /** The value of {@link KernelSets#PROPERTY} for a device. */
  private static String kernels(String device, boolean standard, Where where) {
    Matcher gpu = GPU.matcher(device);
    if (!device.equals(CPU) && !device.equals(AUTO) && !gpu.matches()) {
      throw refused(device, "is not known; give cpu, cuda, cuda:N or auto");
    }
    if (Backend.onClassPath() == Backend.CUDA) {
      throw refused(
          device,
          "is for builds for CPUs, and this one has ND4J's own backend for GPUs, which takes one by"
              + " itself; leave it out");
    }
    if (device.equals(CPU)) {
      return standard ? STANDARD : FAST;
    }
    if (where != Where.HERE && !device.equals(FIRST_GPU)) {
      throw refused(
          device,
          "does not go with --cluster, whose workers are alike and given a GPU each; give cpu or"
              + " cuda");
    }
    if (device.equals(AUTO)) {
      return auto(standard);
    }
    if (standard) {
      throw refused(device, "does not go with --kernels standard; leave one of them out");
    }
    if (where == Where.BY_WORKERS) {
      return FIRST_GPU;
    }
    try {
      return taken(CudaKernelSets.gpu(gpu.group(1) == null ? 0 : Integer.parseInt(gpu.group(1))));
    } catch (CudaException e) {
      throw refused(device, e.getMessage());
    }
  }

  private static UserException refused(String device, String why) {
    return new UserException("--device " + device + ": " + why);
  }

  private static String auto(boolean standard) {
    if (standard) {
      System.out.println("device: CPU, since --kernels standard is for CPUs");
      return STANDARD;
    }
    try {
      return taken(CudaKernelSets.firstFit());
    } catch (CudaException e) {
      System.out.println("device: CPU, since " + e.getMessage());
      return FAST;
    }
  }

  private static String taken(CudaGpu gpu) {
    System.out.println("device: " + gpu + "; verified by emulation, not yet on hardware");
    return "cuda:" + gpu.ordinal();
  }
}
