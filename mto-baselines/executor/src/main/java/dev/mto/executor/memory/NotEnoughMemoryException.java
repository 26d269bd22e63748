package dev.mto.executor.memory;

import java.util.Locale;

/** More memory is needed than the machine, or this process's share of it, has left. */
public final class NotEnoughMemoryException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final long needed;
  private final long available;

  /**
   * Says what needs how much.
   *
   * @param what needs it, for people, as "a step of training"
   * @param needed bytes
   * @param available bytes
   */
  public NotEnoughMemoryException(String what, long needed, long available) {
    super(
        String.format(
            Locale.ROOT,
            "%s needs %.1f GB of memory, and %.1f GB are available",
            what,
            needed / 1e9,
            available / 1e9));
    this.needed = needed;
    this.available = available;
  }

  /** Bytes that are needed. */
  public long needed() {
    return needed;
  }

  /** Bytes that are available. */
  public long available() {
    return available;
  }
}
