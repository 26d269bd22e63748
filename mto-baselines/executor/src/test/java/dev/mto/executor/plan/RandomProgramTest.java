package dev.mto.executor.plan;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.mto.executor.kernels.ElementType;
import dev.mto.executor.kernels.Kernel;
import dev.mto.executor.kernels.Kernels;
import dev.mto.executor.kernels.Memory;
import dev.mto.executor.kernels.Storage;
import dev.mto.executor.kernels.Tensor;
import dev.mto.executor.kernels.TestedKernels;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.function.Function;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** Random programs: each value in memory of its own, against joined operations in shared memory. */
class RandomProgramTest {
  @Test
  void joinedOperationsInSharedMemoryComputeTheSame() {
    int compared = 0;
    try (Kernels kernels = TestedKernels.require();
        Arena arena = new Arena(kernels.memory())) {
      Memory memory = kernels.memory();
      for (int seed = 0; seed < 120; seed++) {
        RandomProgram random = new RandomProgram(seed, 25);
        Map<Value, Tensor> apart = new HashMap<>();
        List<Storage> taken = new ArrayList<>();
        Function<Value, Tensor> own = value -> ownMemory(memory, taken, apart, value);
        random.fed().forEach(value -> fill(memory, own.apply(value)));
        run(random.operations(), kernels, own);

        List<Operation> fused = Fusion.of(random.operations(), random.wanted());
        MemoryLayout layout = MemoryLayout.of(fused, random.fed(), random.wanted());
        arena.require(layout.bytes());
        Function<Value, Tensor> shared =
            value ->
                value.owner().isPlaced()
                    ? arena.tensor(value.type(), layout.offset(value), value.shape())
                    : own.apply(value);
        random.fed().forEach(value -> fill(memory, shared.apply(value)));
        run(fused, kernels, shared);

        for (Value value : random.wanted()) {
          assertEqual(memory, "seed " + seed, shared.apply(value), own.apply(value));
          compared++;
        }
        taken.forEach(Storage::close);
      }
    }
    assertThat(compared).isGreaterThan(300);
  }

  private static void run(
      List<Operation> operations, Kernels kernels, Function<Value, Tensor> place) {
    List<Kernel> steps = new ArrayList<>();
    for (Operation operation : operations) {
      Kernel kernel = operation.kernel(kernels, place);
      if (kernel != null) {
        steps.add(kernel);
      }
    }
    steps.forEach(Kernel::run);
  }

  private static Tensor ownMemory(
      Memory memory, List<Storage> taken, Map<Value, Tensor> known, Value value) {
    Value owner = value.owner();
    Tensor whole =
        known.computeIfAbsent(
            owner,
            v -> {
              float[] elements = v.array() != null ? v.array().data().asFloat() : filled(v);
              Storage storage = memory.allocate("a test", v.bytes());
              taken.add(storage);
              Tensor tensor = storage.tensor(ElementType.FLOAT32, 0, v.shape());
              memory.upload(Nd4j.createFromArray(elements), tensor);
              return tensor;
            });
    return whole.at(value.offset(), value.shape());
  }

  private static float[] filled(Value value) {
    float[] elements = new float[(int) value.length()];
    Arrays.fill(elements, value.isUniform() ? (float) value.element() : Float.NaN);
    return elements;
  }

  private static void fill(Memory memory, Tensor fed) {
    Random random = new Random(fed.length());
    float[] elements = new float[(int) fed.length()];
    for (int i = 0; i < elements.length; i++) {
      elements[i] = (float) random.nextGaussian();
    }
    memory.upload(Nd4j.createFromArray(elements), fed);
  }

  private static void assertEqual(Memory memory, String name, Tensor actual, Tensor expected) {
    float[] values = elements(memory, actual);
    float[] wanted = elements(memory, expected);
    double largest = 1e-3;
    for (float value : wanted) {
      assertThat(value).as(name).isFinite();
      largest = Math.max(largest, Math.abs(value));
    }
    for (int i = 0; i < values.length; i++) {
      assertThat((double) values[i]).as(name).isCloseTo(wanted[i], within(1e-4 * largest));
    }
  }

  private static float[] elements(Memory memory, Tensor tensor) {
    INDArray elements = Nd4j.create(DataType.FLOAT, tensor.length());
    memory.download(tensor, elements);
    return elements.toFloatVector();
  }
}
