package dev.mto.engine.errors;

/** Another process of the same training failed, died or stands still: the message says which. */
public final class PeerException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  /** What happened to which rank. */
  public PeerException(String message) {
    super(message);
  }
}
