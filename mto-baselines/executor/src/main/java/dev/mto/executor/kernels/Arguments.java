package dev.mto.executor.kernels;

import java.util.ArrayList;
import java.util.List;
import org.bytedeco.dnnl.IntMemoryMap;
import org.bytedeco.dnnl.memory;
import org.bytedeco.dnnl.primitive;
import org.bytedeco.dnnl.stream;
import org.bytedeco.javacpp.Pointer;

/** The tensors that a primitive reads and writes; their memory lives as long as these. */
final class Arguments {
  private static final stream STREAM = new stream(Descriptors.ENGINE);

  private final IntMemoryMap map = new IntMemoryMap();
  private final List<Pointer> kept = new ArrayList<>();

  Arguments with(int argument, memory.desc description, Tensor tensor) {
    if (description.data_type().value != Descriptors.dataType(tensor.type()).value) {
      throw new IllegalStateException(tensor + " where a kernel needs another type");
    }
    kept.add(tensor.pointer());
    return with(argument, new memory(description, Descriptors.ENGINE, tensor.pointer()));
  }

  Arguments with(int argument, memory value) {
    kept.add(value);
    map.put(argument, value);
    return this;
  }

  Kernel run(primitive operation) {
    return () -> operation.execute(STREAM, map);
  }
}
