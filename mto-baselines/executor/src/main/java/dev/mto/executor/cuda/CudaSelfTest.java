package dev.mto.executor.cuda;

import dev.mto.executor.parity.KernelParity;
import dev.mto.executor.parity.ModelShapes;
import dev.mto.executor.parity.ParityResult;
import java.util.List;

/** A few kernels run on a GPU, against the same in double arithmetic on the host. */
public final class CudaSelfTest {
  /** ViT-Ti at 224 px, its MLP as narrow as its tokens. */
  private static final ModelShapes SHAPES = new ModelShapes(2, 197, 192, 3, 192);

  private CudaSelfTest() {}

  /**
   * Runs them, in about a second and, where the kernels have to be compiled, some more.
   *
   * @throws CudaException when the GPU fails
   */
  public static List<ParityResult> of(CudaGpu gpu) {
    try (CudaKernels kernels = new CudaKernels(new CudaDevice(gpu.ordinal()))) {
      return KernelParity.ofFew(kernels, SHAPES);
    }
  }
}
