package dev.mto.executor.plan;

import dev.mto.executor.kernels.ElementType;
import dev.mto.executor.kernels.Memory;
import dev.mto.executor.kernels.Storage;
import dev.mto.executor.kernels.Tensor;
import dev.mto.executor.state.LiveState;
import java.util.Collection;
import java.util.IdentityHashMap;
import org.bytedeco.javacpp.FloatPointer;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * Variables and constants of a graph where kernels read them: the arrays themselves in host memory;
 * else where the state of the training has them on the device, and copies of constants. Without a
 * state the host owns all of them and may have changed any, so that a run brings all over again.
 */
final class StoredValues implements AutoCloseable {
  private final Memory memory;
  private final LiveState state; // null where the host owns the variables
  private final IdentityHashMap<INDArray, Storage> copies = new IdentityHashMap<>();

  /** None is known yet. */
  StoredValues(Memory memory, LiveState state) {
    this.memory = memory;
    this.state = state;
  }

  /**
   * Part of a variable or constant, as {@link #upload} last saw it.
   *
   * @param offset its first element
   */
  Tensor tensor(Value stored, long offset, long... shape) {
    INDArray array = stored.array();
    if (memory.isHost()) {
      FloatPointer first = new FloatPointer(array.data().pointer());
      return new Tensor(first.getPointer(array.offset() + offset), shape);
    }
    return whole(array, isLive(stored)).at(offset, shape);
  }

  /** Brings what these are to where kernels read them, as far as it is not there. */
  void upload(Collection<Value> values) {
    if (memory.isHost()) {
      return;
    }
    for (Value value : values) {
      if (isLive(value)) {
        state.forDevice(value.array());
      } else if (state == null) {
        memory.upload(value.array(), whole(value.array(), false));
      }
    }
  }

  private boolean isLive(Value stored) {
    return state != null && !stored.isConstant();
  }

  private Tensor whole(INDArray array, boolean live) {
    return live
        ? state.reserve(array)
        : copies.computeIfAbsent(array, this::copy).tensor(ElementType.FLOAT32, 0, array.length());
  }

  private Storage copy(INDArray array) {
    Storage copy = memory.allocate("a variable of the model", array.length() * Float.BYTES);
    memory.upload(array, copy.tensor(ElementType.FLOAT32, 0, array.length()));
    return copy;
  }

  @Override
  public void close() {
    copies.values().forEach(Storage::close);
    copies.clear();
  }
}
