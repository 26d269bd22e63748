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
    return ordinal().map(ordinal -> new CudaKernels(CudaDevice.shared(ordinal)));
  }

  /**
   * The GPU that is named; none where none is.
   *
   * @throws CudaException when it cannot be used
   */
  public static Optional<CudaGpu> chosenGpu() {
    return ordinal().map(CudaKernelSets::gpu);
  }

  /**
   * The GPU that is named, whatever its number, its machine code, and the library of its products;
   * none where none is named. Where it is the same text, so are the numbers.
   *
   * @throws CudaException when the GPU cannot be used
   */
  public static Optional<String> arithmetic() {
    return chosenGpu()
        .map(
            gpu ->
                "%s, machine code %s of NVRTC %s, cuBLASLt %s"
                    .formatted(
                        gpu.model(),
                        KernelSource.checksum(gpu.capability()),
                        KernelSource.version(),
                        CudaLibraries.products()));
  }

  /** Names a GPU for the sessions of this process that are created from now on. */
  public static void choose(int ordinal) {
    System.setProperty(KernelSets.PROPERTY, "cuda:" + ordinal);
  }

  /** Whether a GPU is named; it may not be there. */
  public static boolean isChosen() {
    return ordinal().isPresent();
  }

  /** What the GPU that is named is used for; none where no session is open on it. */
  public static Optional<CudaUse> use() {
    return ordinal().flatMap(CudaDevice::open).map(CudaDevice::use);
  }

  private static Optional<Integer> ordinal() {
    Matcher choice = CHOICE.matcher(System.getProperty(KernelSets.PROPERTY, ""));
    return choice.matches()
        ? Optional.of(choice.group(1) == null ? 0 : Integer.parseInt(choice.group(1)))
        : Optional.empty();
  }

  /**
   * A GPU by its number.
   *
   * @throws CudaException when it is not there, too old, or something that it needs is missing
   */
  public static CudaGpu gpu(int ordinal) {
    CudaLibraries.require();
    return CudaGpu.of(ordinal).requireFit();
  }

  /**
   * The first GPU that kernels can run on.
   *
   * @throws CudaException when there is none; says why of the first
   */
  public static CudaGpu firstFit() {
    CudaLibraries.require();
    int count = CudaGpu.count();
    for (int ordinal = 0; ordinal < count; ordinal++) {
      CudaGpu gpu = CudaGpu.of(ordinal);
      if (gpu.isFit()) {
        return gpu;
      }
    }
    return gpu(0);
  }
}
