package dev.mto.peer;

import org.bytedeco.openblas.global.openblas_nolapack;

/** Which library libtorch's matrix products run in. */
final class Blas {

  private static final int OPENBLAS = 2;
  private static final int MKL = 3;

  private Blas() {}

  /** {@code openblas}, {@code mkl} or {@code unknown}, as the loaded library answers. */
  static String vendor() {
    return switch (openblas_nolapack.blas_get_vendor()) {
      case OPENBLAS -> "openblas";
      case MKL -> "mkl";
      default -> "unknown";
    };
  }
}
