package dev.mto.evaluation;

import dev.mto.executor.memory.AvailableMemory;
import java.util.BitSet;
import java.util.stream.IntStream;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** What a frozen encoder makes of images, one row of float32 values each, kept once computed. */
final class TokenCache implements AutoCloseable {
  private final INDArray rows;
  private final BitSet known = new BitSet();

  /**
   * Room for the rows of all images.
   *
   * @throws dev.mto.executor.memory.NotEnoughMemoryException when they do not fit
   */
  TokenCache(int images, int values) {
    AvailableMemory.ofThisMachine()
        .require(
            "cached: the tokens of %d images".formatted(images),
            (long) Float.BYTES * images * values,
            "cached=false keeps none");
    rows = Nd4j.createUninitialized(DataType.FLOAT, images, values);
  }

  boolean holds(int... images) {
    return IntStream.of(images).allMatch(known::get);
  }

  /** Takes a copy of rows [n, values]. */
  void put(int[] images, INDArray values) {
    for (int i = 0; i < images.length; i++) {
      rows.putRow(images[i], values.getRow(i));
      known.set(images[i]);
    }
  }

  /** A copy of the rows of images [n, values]. */
  INDArray get(int... images) {
    return Nd4j.pullRows(rows, 1, images);
  }

  @Override
  public void close() {
    rows.close();
  }
}
