package dev.mto.peer;

import org.bytedeco.javacpp.Loader;
import org.bytedeco.openblas.global.openblas_nolapack;

/** Which library libtorch's matrix products run in. */
final class Blas {

  private Blas() {}

  /**
   * Loads the library; libtorch, loaded later, uses the one it finds.
   *
   * @return {@code mkl} if JavaCPP loaded that, {@code openblas} otherwise
   */
  static String load() {
    Loader.load(openblas_nolapack.class);
    return Loader.getLoadedLibraries().values().stream().anyMatch(path -> path.contains("mkl"))
        ? "mkl"
        : "openblas";
  }
}
