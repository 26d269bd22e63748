package dev.mto.executor.cuda;

import dev.mto.executor.kernels.KernelSets;
import dev.mto.executor.kernels.Kernels;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The kernels of a GPU where the system property {@value KernelSets#PROPERTY} names one: {@code
 * cuda} for the first, {@code cuda:1} for the second.
 */
public final class CudaKernelSets {
  private static final Pattern CHOICE = Pattern.compile("cuda(?::(\\d{1,4}))?");

  private CudaKernelSets() {}

  /**
   * Kernels of its own for a session; none where no GPU is named. Those of a GPU share its stream.
   *
   * @throws CudaException when the GPU that is named cannot be used
   */
  public static Optional<Kernels> chosen() {
    Matcher choice = CHOICE.matcher(System.getProperty(KernelSets.PROPERTY, ""));
    if (!choice.matches()) {
      return Optional.empty();
    }
    int ordinal = choice.group(1) == null ? 0 : Integer.parseInt(choice.group(1));
    return Optional.of(new CudaKernels(CudaDevice.shared(ordinal)));
  }
}
