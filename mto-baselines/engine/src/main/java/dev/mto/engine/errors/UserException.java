package dev.mto.engine.errors;

/**
 * Something the user can put right. The message is one line: what is wrong, where, and what to do.
 * The command line prints it without a stack trace and exits with code 2.
 */
public final class UserException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  /** An error explained by {@code message}. */
  public UserException(String message) {
    super(message);
  }

  /** An error explained by {@code message}, with the exception that showed it. */
  public UserException(String message, Throwable cause) {
    super(message, cause);
  }
}
