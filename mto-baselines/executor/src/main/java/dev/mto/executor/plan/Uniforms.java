package dev.mto.executor.plan;

import dev.mto.executor.kernels.ElementType;
import dev.mto.executor.kernels.Tensor;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import org.bytedeco.javacpp.FloatPointer;
import org.bytedeco.javacpp.ShortPointer;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** Memory for values all of whose elements are the same; those of one element share it. */
final class Uniforms implements AutoCloseable {
  private final Map<Element, Long> lengths = new HashMap<>();
  private final Map<Element, INDArray> arrays = new HashMap<>();

  private record Element(double element, ElementType type) {
    static Element of(Value value) {
      return new Element(value.element(), value.type());
    }

    /** At least {@code length} of them; two bfloat16 are as wide as a float32. */
    INDArray array(long length) {
      float value = (float) element;
      if (type == ElementType.FLOAT32) {
        return Nd4j.valueArrayOf(length, value);
      }
      int bits = Float.floatToIntBits(value);
      return Nd4j.valueArrayOf((length + 1) / 2, Float.intBitsToFloat(bits | bits >>> 16));
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

  Tensor tensor(Value value) {
    FloatPointer memory = new FloatPointer(array(value).data().pointer());
    return switch (value.type()) {
      case FLOAT32 -> new Tensor(memory, value.shape());
      case BFLOAT16 -> new Tensor(new ShortPointer(memory), value.shape());
    };
  }

  /** As many elements as the longest of these values has, or more. */
  INDArray array(Value value) {
    return arrays.computeIfAbsent(
        Element.of(value), element -> element.array(lengths.get(element)));
  }

  @Override
  public void close() {
    arrays.values().forEach(INDArray::close);
    arrays.clear();
  }
}
