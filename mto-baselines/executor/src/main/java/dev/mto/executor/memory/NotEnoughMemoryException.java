package dev.mto.executor.memory;

import java.util.Locale;

/** More memory is needed than the machine, or this process's share of it, has left. */
public final class NotEnoughMemoryException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  /** What to do about a step. */
  static final String SMALLER_BATCH =
      "lower the batch (training.batch, and raise training.accumulate by as much; --batch), set"
          + " training.gradient_checkpointing: true, or take a smaller model";

  private final long needed;
  private final long available;
  private final String remedy;

  /**
   * Says what needs how much.
   *
   * @param what needs it, for people, as "a step of training"
   * @param needed bytes
   * @param available bytes
   */
  public NotEnoughMemoryException(String what, long needed, long available) {
    this(what, needed, available, SMALLER_BATCH);
  }

  /**
   * Says what needs how much.
   *
   * @param remedy what to do, where it is not a smaller batch
   */
  public NotEnoughMemoryException(String what, long needed, long available, String remedy) {
    super(
        "%s needs %s of memory, and %s are available"
            .formatted(what, amount(needed), amount(available)));
    this.needed = needed;
    this.available = available;
    this.remedy = remedy;
  }

  private NotEnoughMemoryException(String message, NotEnoughMemoryException cause) {
    super(message, cause);
    this.needed = cause.needed;
    this.available = cause.available;
    this.remedy = cause.remedy;
  }

  private static String amount(long bytes) {
    return bytes < 1_000_000_000
        ? String.format(Locale.ROOT, "%.1f MB", bytes / 1e6)
        : String.format(Locale.ROOT, "%.1f GB", bytes / 1e9);
  }

  /**
   * The same for a batch, with the one that would fit.
   *
   * @param images that are too many
   * @param fit images for which there is memory, 0 for none
   */
  public NotEnoughMemoryException withBatch(long images, long fit) {
    return new NotEnoughMemoryException(
        getMessage()
            + (fit == 0
                ? "; not even one image fits"
                : "; that is for %d images at a time, %d would fit".formatted(images, fit)),
        this);
  }

  /** Bytes that are needed. */
  public long needed() {
    return needed;
  }

  /** What to do about it. */
  public String remedy() {
    return remedy;
  }

  /** Bytes that are available. */
  public long available() {
    return available;
  }
}
