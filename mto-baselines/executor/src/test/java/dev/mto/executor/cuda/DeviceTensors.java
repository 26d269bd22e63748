package dev.mto.executor.cuda;

import dev.mto.executor.kernels.ElementType;
import dev.mto.executor.kernels.Storage;
import dev.mto.executor.kernels.Tensor;
import java.util.List;
import java.util.Random;
import org.nd4j.linalg.factory.Nd4j;

/** Tensors in memory of their own. */
record DeviceTensors(CudaKernels kernels, List<Storage> taken) implements AutoCloseable {
  Tensor gaussian(long... shape) {
    Random random = new Random(taken.size());
    float[] elements = new float[(int) Tensor.length(shape)];
    for (int i = 0; i < elements.length; i++) {
      elements[i] = (float) random.nextGaussian();
    }
    Storage storage = kernels.memory().allocate("a test", elements.length * (long) Float.BYTES);
    taken.add(storage);
    Tensor tensor = storage.tensor(ElementType.FLOAT32, 0, shape);
    kernels.memory().upload(Nd4j.createFromArray(elements), tensor);
    return tensor;
  }

  @Override
  public void close() {
    taken.forEach(Storage::close);
  }
}
