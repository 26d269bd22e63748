package dev.mto.executor.kernels;

/** What the elements of a tensor are. */
public enum ElementType {
  /** IEEE 754 binary32. */
  FLOAT32(4),
  /** The upper half of a float32: its range, with 8 bits of precision. */
  BFLOAT16(2);

  private final int bytes;

  ElementType(int bytes) {
    this.bytes = bytes;
  }

  /** Bytes of an element. */
  public int bytes() {
    return bytes;
  }
}
