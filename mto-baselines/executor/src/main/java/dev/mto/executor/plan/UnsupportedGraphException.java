package dev.mto.executor.plan;

/** A graph has something that cannot be compiled; it can still be run operation by operation. */
public final class UnsupportedGraphException extends RuntimeException {
  private static final long serialVersionUID = 1;

  UnsupportedGraphException(String message) {
    super(message);
  }
}
