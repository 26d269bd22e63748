package dev.mto.models.weights;

import java.nio.ByteBuffer;
import java.util.Arrays;
import net.razorvine.pickle.PickleException;
import org.nd4j.linalg.api.buffer.DataType;

/**
 * A tensor as a checkpoint describes it: a strided view of a storage whose values have not been
 * read. Sizes, strides and offset are in elements and checked against the storage.
 */
final class TorchTensor {
  private static final int MOST_DIMENSIONS = 32;

  /** A storage: its key in the archive, type, and number of elements. */
  record Storage(String key, DataType type, long elements) {}

  private final Storage storage;
  private final long offset;
  private final long[] shape;
  private final long[] strides;

  TorchTensor(Storage storage, long offset, long[] shape, long[] strides) {
    if (shape.length != strides.length || shape.length > MOST_DIMENSIONS) {
      throw new PickleException("a tensor has " + shape.length + " dimensions");
    }
    long last = offset;
    boolean empty = false;
    for (int i = 0; i < shape.length; i++) {
      if (shape[i] < 0 || strides[i] < 0) {
        throw new PickleException("a tensor has shape " + Arrays.toString(shape));
      }
      empty |= shape[i] == 0;
      last = Math.addExact(last, Math.multiplyExact(Math.max(0, shape[i] - 1), strides[i]));
    }
    long elements = RawTensor.size(storage.type(), shape) / storage.type().width();
    if (offset < 0 || (!empty && last >= storage.elements()) || elements > storage.elements()) {
      throw new PickleException(
          "a tensor of shape %s reaches beyond its storage '%s' of %d elements"
              .formatted(Arrays.toString(shape), storage.key(), storage.elements()));
    }
    this.storage = storage;
    this.offset = offset;
    this.shape = shape;
    this.strides = strides;
  }

  Storage storage() {
    return storage;
  }

  long[] shape() {
    return shape;
  }

  /** Bytes of the tensor's own elements. */
  long size() {
    return RawTensor.size(storage.type(), shape);
  }

  TensorInfo info() {
    return TensorInfo.of(storage.type(), shape);
  }

  /** The elements in row-major order out of those of the storage, copied only if strided. */
  ByteBuffer elements(ByteBuffer stored) {
    int width = storage.type().width();
    int size = Math.toIntExact(size());
    if (size == 0) {
      return ByteBuffer.allocate(0);
    }
    if (isContiguous()) {
      return stored.slice(Math.toIntExact(offset * width), size);
    }
    byte[] elements = new byte[size];
    long[] index = new long[shape.length];
    long source = offset;
    for (int target = 0; target < size; target += width) {
      stored.get(Math.toIntExact(source * width), elements, target, width);
      for (int i = shape.length - 1; i >= 0; i--) {
        source += strides[i];
        if (++index[i] < shape[i]) {
          break;
        }
        source -= index[i] * strides[i];
        index[i] = 0;
      }
    }
    return ByteBuffer.wrap(elements);
  }

  private boolean isContiguous() {
    long expected = 1;
    for (int i = shape.length - 1; i >= 0; i--) {
      if (shape[i] != 1 && strides[i] != expected) {
        return false;
      }
      expected *= shape[i];
    }
    return true;
  }
}
