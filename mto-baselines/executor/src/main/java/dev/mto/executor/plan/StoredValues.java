package dev.mto.executor.plan;

import dev.mto.executor.kernels.ElementType;
import dev.mto.executor.kernels.Memory;
import dev.mto.executor.kernels.Storage;
import dev.mto.executor.kernels.Tensor;
import java.util.Collection;
import java.util.IdentityHashMap;
import org.bytedeco.javacpp.FloatPointer;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * Variables and constants of a graph where kernels read them: the arrays themselves in host memory,
 * else copies, which all plans of the graph share.
 *
 * <p>Whoever trains updates the arrays on the host between runs, so that a run must bring all of
 * them over again, as much as the model has parameters. That is for as long as the host owns the
 * state of a run; a device that owns it brings nothing.
 */
final class StoredValues implements AutoCloseable {
  private final Memory memory;
  private final IdentityHashMap<INDArray, Storage> copies = new IdentityHashMap<>();

  /** None is known yet. */
  StoredValues(Memory memory) {
    this.memory = memory;
  }

  /**
   * Part of an array, as {@link #upload} last saw it.
   *
   * @param offset its first element
   */
  Tensor tensor(INDArray array, long offset, long... shape) {
    if (memory.isHost()) {
      FloatPointer first = new FloatPointer(array.data().pointer());
      return new Tensor(first.getPointer(array.offset() + offset), shape);
    }
    return copy(array).tensor(ElementType.FLOAT32, offset * Float.BYTES, shape);
  }

  /** Brings these arrays to where kernels read them. */
  void upload(Collection<INDArray> arrays) {
    if (!memory.isHost()) {
      arrays.forEach(
          array ->
              memory.upload(array, copy(array).tensor(ElementType.FLOAT32, 0, array.length())));
    }
  }

  private Storage copy(INDArray array) {
    return copies.computeIfAbsent(
        array, a -> memory.allocate("a variable of the model", a.length() * Float.BYTES));
  }

  @Override
  public void close() {
    copies.values().forEach(Storage::close);
    copies.clear();
  }
}
