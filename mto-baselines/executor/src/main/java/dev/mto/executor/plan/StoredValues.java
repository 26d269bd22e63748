package dev.mto.executor.plan;

import dev.mto.executor.kernels.ElementType;
import dev.mto.executor.kernels.Memory;
import dev.mto.executor.kernels.Storage;
import dev.mto.executor.kernels.Tensor;
import dev.mto.executor.state.LiveState;
import java.nio.ByteBuffer;
import java.util.Collection;
import java.util.IdentityHashMap;
import org.bytedeco.javacpp.FloatPointer;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * Variables and constants of a graph where kernels read them: the arrays themselves in host memory;
 * else where the state of the training has them on the device, and copies of constants. Without a
 * state the host owns variables and may have changed any, unless they are fixed: a run compares
 * them with what the device was given, which is kept, and brings over those that are others.
 */
final class StoredValues implements AutoCloseable {
  private final Memory memory;
  private final boolean fixed;
  private final LiveState state; // null where the host owns the variables
  private final IdentityHashMap<INDArray, Storage> copies = new IdentityHashMap<>();
  private final IdentityHashMap<INDArray, INDArray> given = new IdentityHashMap<>();

  /** None is known yet. */
  StoredValues(Memory memory, boolean fixed, LiveState state) {
    this.memory = memory;
    this.fixed = fixed;
    this.state = state;
  }

  /**
   * Part of a variable or constant, as {@link #upload} last saw it.
   *
   * @param offset its first element
   */
  Tensor tensor(Value stored, long offset, long... shape) {
    INDArray array = stored.array();
    return memory.isHost()
        ? new Tensor(first(array).getPointer(offset), shape)
        : whole(stored).at(offset, shape);
  }

  /** Brings what these are to where kernels read them, as far as it is not there. */
  void upload(Collection<Value> values) {
    if (memory.isHost()) {
      return;
    }
    for (Value value : values) {
      if (isLive(value)) {
        state.forDevice(value.array());
      } else if (mayChange(value) && hasChanged(value.array())) {
        memory.upload(value.array(), whole(value));
      }
    }
  }

  private boolean isLive(Value stored) {
    return state != null && !stored.isConstant();
  }

  private boolean mayChange(Value stored) {
    return state == null && !fixed && !stored.isConstant();
  }

  /** Whether an array has other elements than when this was last asked. */
  private boolean hasChanged(INDArray array) {
    INDArray before = given.get(array);
    if (before != null && elements(before).mismatch(elements(array)) < 0) {
      return false;
    }
    given
        .computeIfAbsent(array, a -> Nd4j.createUninitializedDetached(a.dataType(), a.shape()))
        .assign(array);
    return true;
  }

  private static ByteBuffer elements(INDArray array) {
    int length = Math.toIntExact(array.length() * Float.BYTES); // or it would be cut off
    return first(array).limit(array.length()).asByteBuffer().slice(0, length);
  }

  private static FloatPointer first(INDArray array) {
    return new FloatPointer(array.data().pointer()).getPointer(array.offset());
  }

  private Tensor whole(Value stored) {
    INDArray array = stored.array();
    return isLive(stored)
        ? state.reserve(array)
        : copies
            .computeIfAbsent(array, a -> copy(stored))
            .tensor(ElementType.FLOAT32, 0, array.length());
  }

  private Storage copy(Value stored) {
    INDArray array = stored.array();
    Storage copy = memory.allocate("a variable of the model", array.length() * Float.BYTES);
    if (!mayChange(stored)) {
      memory.upload(array, copy.tensor(ElementType.FLOAT32, 0, array.length()));
    }
    return copy;
  }

  @Override
  public void close() {
    copies.values().forEach(Storage::close);
    copies.clear();
    given.values().forEach(INDArray::close);
    given.clear();
  }
}
