package dev.mto.executor.kernels;

/** Kernels that are run one after another, as one. */
@FunctionalInterface
public interface KernelSequence extends Kernel, AutoCloseable {
  /** Gives back what was kept for the next run. */
  @Override
  default void close() {}
}
