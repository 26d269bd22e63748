package dev.mto.engine.device;

/** A backend of ND4J. */
public enum Backend {
  /** Native code for this processor. */
  CPU("org/nd4j/linalg/cpu/nativecpu/CpuBackend.class"),
  /** Device code for NVIDIA GPUs. */
  CUDA("org/nd4j/linalg/jcublas/JCublasBackend.class"),
  /** No backend is on the class path. */
  NONE("");

  private final String entryPoint;

  Backend(String entryPoint) {
    this.entryPoint = entryPoint;
  }

  /** The one on the class path, which is not loaded by this. */
  public static Backend onClassPath() {
    for (Backend backend : new Backend[] {CUDA, CPU}) {
      if (Backend.class.getClassLoader().getResource(backend.entryPoint) != null) {
        return backend;
      }
    }
    return NONE;
  }
}
