package dev.mto.executor.kernels;

/** One operation on tensors at fixed addresses, ready to run again and again. */
@FunctionalInterface
public interface Kernel {
  /** Reads its inputs and writes its outputs. */
  void run();

  /**
   * Brings to where it runs what the host has changed since; a run does so itself where this was
   * not called before it.
   */
  default void prepare() {}
}
