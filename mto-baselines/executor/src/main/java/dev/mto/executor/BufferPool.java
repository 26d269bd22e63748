package dev.mto.executor;

import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import org.nd4j.autodiff.samediff.internal.memory.AbstractMemoryMgr;
import org.nd4j.linalg.api.buffer.DataBuffer;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.api.shape.LongShapeDescriptor;
import org.nd4j.linalg.factory.Nd4j;

/**
 * Memory of a session's activations and gradients: released buffers are handed out again to arrays
 * of the same data type and exactly the same length, as new arrays in the order that is asked for.
 *
 * <p>It replaces SameDiff's own cache, which changes the order flag of arrays that it hands out
 * again and so scrambles later results, and which misses often because it asks for equal shapes.
 * The training graph allocates the same lengths in every step, so memory is flat after the first.
 */
final class BufferPool extends AbstractMemoryMgr implements AutoCloseable {
  private record Key(DataType type, long length) {}

  private final Map<Key, ArrayDeque<DataBuffer>> free = new HashMap<>();
  private final Set<Long> freeAddresses = new HashSet<>();
  private long bytesHeld;
  private long buffersMade;

  @Override
  public INDArray allocate(boolean detached, DataType type, long... shape) {
    return allocate(type, shape, 'c');
  }

  @Override
  public INDArray allocate(boolean detached, LongShapeDescriptor descriptor) {
    if (descriptor.isEmpty()) {
      return Nd4j.create(descriptor).detach();
    }
    return allocate(descriptor.dataType(), descriptor.getShape(), descriptor.getOrder());
  }

  private INDArray allocate(DataType type, long[] shape, char order) {
    long length = 1;
    for (long side : shape) {
      length *= side;
    }
    ArrayDeque<DataBuffer> buffers = free.get(new Key(type, length));
    DataBuffer buffer = buffers == null ? null : buffers.pollLast();
    if (buffer == null) {
      buffersMade++;
      return Nd4j.createUninitializedDetached(type, order, shape);
    }
    freeAddresses.remove(buffer.address());
    bytesHeld -= length * type.width();
    return Nd4j.create(buffer, shape, Nd4j.getStrides(shape, order), 0, order, type);
  }

  @Override
  public void release(INDArray array) {
    if (array.isEmpty() || array.data() == null || array.dataType() == DataType.UTF8) {
      return;
    }
    DataBuffer buffer = array.data();
    if (buffer.length() != array.length() || !freeAddresses.add(buffer.address())) {
      return;
    }
    free.computeIfAbsent(new Key(buffer.dataType(), buffer.length()), k -> new ArrayDeque<>())
        .addLast(buffer);
    bytesHeld += buffer.length() * buffer.dataType().width();
  }

  /** Buffers that had to be made because none was free. */
  long buffersMade() {
    return buffersMade;
  }

  long bytesHeld() {
    return bytesHeld;
  }

  @Override
  public void close() {
    for (ArrayDeque<DataBuffer> buffers : free.values()) {
      for (DataBuffer buffer : buffers) {
        if (buffer.closeable()) {
          buffer.close();
        }
      }
    }
    free.clear();
    freeAddresses.clear();
    bytesHeld = 0;
  }
}
