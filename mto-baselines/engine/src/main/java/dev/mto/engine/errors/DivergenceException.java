package dev.mto.engine.errors;

/**
 * A loss or gradient was not finite; no parameter was touched. Its message says where and what to
 * do; no stack trace is shown.
 */
public final class DivergenceException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  /** An error explained by {@code message}. */
  public DivergenceException(String message) {
    super(message);
  }
}
