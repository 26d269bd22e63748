package dev.mto.executor.cuda;

/** A GPU that cannot be used, or that failed. The message is one line: what, why, what to do. */
public final class CudaException extends RuntimeException {
  private static final long serialVersionUID = 1;

  /** With a message of one line. */
  public CudaException(String message) {
    super(message);
  }
}
