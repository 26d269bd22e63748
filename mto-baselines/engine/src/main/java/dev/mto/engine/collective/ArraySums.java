package dev.mto.engine.collective;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import org.bytedeco.javacpp.FloatPointer;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/** Sums arrays over all ranks, many small ones together and large ones in parts. */
public final class ArraySums {
  private static final int MOST = 1 << 22; // elements of a block

  private final Collective collective;
  private final float[] staged = new float[1 << 14];
  private FloatBuffer block;
  private final List<Runnable> afterSum = new ArrayList<>();

  /** Sums by a collective. */
  public ArraySums(Collective collective) {
    this.collective = collective;
  }

  /**
   * Puts the sums over all ranks into arrays.
   *
   * @param arrays float32 and in host memory, of the same shapes in the same order on all ranks
   */
  public void sum(Collection<INDArray> arrays) {
    if (collective.size() == 1) {
      return;
    }
    int most = (int) Math.min(MOST, arrays.stream().mapToLong(INDArray::length).sum());
    if (block == null || block.capacity() < most) {
      block =
          ByteBuffer.allocateDirect(most * Float.BYTES)
              .order(ByteOrder.nativeOrder())
              .asFloatBuffer();
    }
    block.clear();
    for (INDArray array : arrays) {
      add(array);
    }
    exchange();
  }

  private void add(INDArray array) {
    INDArray dense = array.ordering() == 'c' && !array.isView() ? array : array.dup('c');
    if (dense.dataType() != DataType.FLOAT) {
      throw new IllegalArgumentException("gradients are " + dense.dataType() + ", not FLOAT");
    }
    FloatPointer elements = new FloatPointer(dense.data().pointer()).getPointer(dense.offset());
    for (long from = 0; from < dense.length(); ) {
      if (!block.hasRemaining()) {
        exchange();
      }
      int length = (int) Math.min(block.remaining(), dense.length() - from);
      int at = block.position();
      long first = from;
      copy(elements, first, at, length, true);
      block.position(at + length);
      afterSum.add(() -> copy(elements, first, at, length, false));
      from += length;
    }
    if (dense != array) {
      afterSum.add(
          () -> {
            array.assign(dense);
            dense.close();
          });
    }
  }

  private void copy(FloatPointer elements, long from, int at, int length, boolean toBlock) {
    for (int done = 0; done < length; done += staged.length) {
      int part = Math.min(staged.length, length - done);
      elements.position(from + done);
      if (toBlock) {
        elements.get(staged, 0, part);
        block.put(at + done, staged, 0, part);
      } else {
        block.get(at + done, staged, 0, part);
        elements.put(staged, 0, part);
      }
    }
  }

  private void exchange() {
    if (block.position() > 0) {
      collective.sum(block.slice(0, block.position()));
      afterSum.forEach(Runnable::run);
      afterSum.clear();
      block.clear();
    }
  }
}
