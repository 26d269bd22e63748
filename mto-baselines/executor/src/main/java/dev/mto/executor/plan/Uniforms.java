package dev.mto.executor.plan;

import dev.mto.executor.kernels.ElementType;
import dev.mto.executor.kernels.Memory;
import dev.mto.executor.kernels.Storage;
import dev.mto.executor.kernels.Tensor;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import org.nd4j.linalg.api.ndarray.INDArray;

/** Memory for values all of whose elements are the same; those of one element share it. */
final class Uniforms implements AutoCloseable {
  private final Map<Element, Long> lengths = new HashMap<>();
  private final Map<Element, Storage> filled = new HashMap<>();

  private record Element(double element, ElementType type) {
    static Element of(Value value) {
      return new Element(value.element(), value.type());
    }

    Storage fill(Memory memory, long length) {
      Storage storage = memory.allocate("constants of the model", length * type.bytes());
      memory.fill(storage.tensor(type, 0, length), (float) element);
      return storage;
    }
  }

  /** Makes room for those of {@code values} that are uniform. */
  void require(Collection<Value> values) {
    for (Value value : values) {
      if (value.isUniform()) {
        lengths.merge(Element.of(value), value.length(), Math::max);
      }
    }
  }

  Tensor tensor(Memory memory, Value value) {
    return storage(memory, value).tensor(value.type(), 0, value.shape());
  }

  /** A float32 value as an array in this memory, which must be the host's. */
  INDArray array(Memory memory, Value value) {
    return storage(memory, value).array(0, value.shape());
  }

  private Storage storage(Memory memory, Value value) {
    return filled.computeIfAbsent(
        Element.of(value), element -> element.fill(memory, lengths.get(element)));
  }

  @Override
  public void close() {
    filled.values().forEach(Storage::close);
    filled.clear();
  }
}
