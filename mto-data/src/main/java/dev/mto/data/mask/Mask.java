package dev.mto.data.mask;

import java.util.stream.IntStream;

/** Which of an image's N tokens are masked, in row-major order of the grid. Immutable. */
public final class Mask {
  private final boolean[] masked;
  private final int maskedCount;

  private Mask(boolean[] masked, int maskedCount) {
    this.masked = masked;
    this.maskedCount = maskedCount;
  }

  /**
   * The mask with the given tokens masked.
   *
   * @param masked [N], true = masked
   * @throws IllegalArgumentException unless at least one token is masked and one is visible
   */
  public static Mask of(boolean[] masked) {
    int count = 0;
    for (boolean token : masked) {
      count += token ? 1 : 0;
    }
    if (count == 0 || count == masked.length) {
      throw new IllegalArgumentException(
          ("the mask has %s masked of %s tokens but needs at least one masked and one visible:"
                  + " change the mask ratio")
              .formatted(count, masked.length));
    }
    return new Mask(masked.clone(), count);
  }

  /**
   * The mask of an order of the tokens.
   *
   * @param order [N], the indices 0 … N-1
   * @param count how many at its end are masked
   */
  public static Mask ofLast(int[] order, int count) {
    boolean[] masked = new boolean[order.length];
    for (int i = order.length - count; i < order.length; i++) {
      masked[order[i]] = true;
    }
    return of(masked);
  }

  /** N, the number of tokens. */
  public int tokens() {
    return masked.length;
  }

  public boolean isMasked(int token) {
    return masked[token];
  }

  public int maskedCount() {
    return maskedCount;
  }

  /** Indices of the masked tokens, ascending. */
  public int[] masked() {
    return indices(true);
  }

  /** Indices of the visible tokens, ascending. */
  public int[] visible() {
    return indices(false);
  }

  /**
   * Writes this mask as a row of 0 (visible) and 1 (masked).
   *
   * @param target receives {@link #tokens()} values from {@code offset} on
   */
  public void write(float[] target, int offset) {
    for (int i = 0; i < masked.length; i++) {
      target[offset + i] = masked[i] ? 1f : 0f;
    }
  }

  private int[] indices(boolean value) {
    return IntStream.range(0, masked.length).filter(i -> masked[i] == value).toArray();
  }
}
