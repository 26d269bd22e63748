package dev.mto.oracle;

import java.util.Arrays;
import java.util.HexFormat;
import java.util.Map;
import java.util.TreeMap;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * The bits of an array, for assertions: {@code equals} of two arrays themselves takes differences
 * of 1e-5, which is most of a gradient, for none.
 */
public final class Bits {
  private final DataType type;
  private final long[] shape;
  private final byte[] bytes;

  private Bits(INDArray array) {
    this.type = array.dataType();
    this.shape = array.shape();
    this.bytes = array.isEmpty() ? new byte[0] : array.dup('c').data().asBytes();
  }

  /** Those of an array. */
  public static Bits of(INDArray array) {
    return new Bits(array);
  }

  /** Those of arrays by name. */
  public static Map<String, Bits> of(Map<String, INDArray> arrays) {
    Map<String, Bits> bits = new TreeMap<>();
    arrays.forEach((name, array) -> bits.put(name, of(array)));
    return bits;
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Bits that
        && type == that.type
        && Arrays.equals(shape, that.shape)
        && Arrays.equals(bytes, that.bytes);
  }

  @Override
  public int hashCode() {
    return Arrays.hashCode(bytes);
  }

  @Override
  public String toString() {
    byte[] first = Arrays.copyOf(bytes, Math.min(bytes.length, 32));
    return type + Arrays.toString(shape) + HexFormat.of().formatHex(first) + "...";
  }
}
