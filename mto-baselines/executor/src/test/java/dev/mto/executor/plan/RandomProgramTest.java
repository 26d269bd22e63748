package dev.mto.executor.plan;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.mto.executor.kernels.Kernel;
import dev.mto.executor.kernels.KernelSets;
import dev.mto.executor.kernels.Kernels;
import dev.mto.executor.kernels.Tensor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.function.Function;
import org.bytedeco.javacpp.FloatPointer;
import org.junit.jupiter.api.Test;

/** Random programs: each value in memory of its own, against joined operations in shared memory. */
class RandomProgramTest {
  @Test
  void joinedOperationsInSharedMemoryComputeTheSame() {
    Optional<Kernels> fast = KernelSets.fast();
    assumeTrue(fast.isPresent(), "no fast kernels here, or mto.kernels is standard");
    int compared = 0;
    try (Kernels kernels = fast.orElseThrow();
        Arena arena = new Arena()) {
      for (int seed = 0; seed < 120; seed++) {
        RandomProgram random = new RandomProgram(seed, 25);
        Map<Value, Tensor> apart = new HashMap<>();
        Function<Value, Tensor> own = value -> ownMemory(apart, value);
        random.fed().forEach(value -> fill(own.apply(value)));
        run(random.operations(), kernels, own);

        List<Operation> fused = Fusion.of(random.operations(), random.wanted());
        MemoryLayout layout = MemoryLayout.of(fused, random.fed(), random.wanted());
        arena.require(layout.bytes());
        Function<Value, Tensor> shared =
            value ->
                value.owner().isPlaced()
                    ? arena.tensor(value.type(), layout.offset(value), value.shape())
                    : own.apply(value);
        random.fed().forEach(value -> fill(shared.apply(value)));
        run(fused, kernels, shared);

        for (Value value : random.wanted()) {
          assertEqual("seed " + seed, shared.apply(value), own.apply(value));
          compared++;
        }
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

  private static Tensor ownMemory(Map<Value, Tensor> memory, Value value) {
    Value owner = value.owner();
    Tensor whole =
        memory.computeIfAbsent(
            owner,
            v ->
                new Tensor(
                    v.array() != null
                        ? new FloatPointer(v.array().data().asFloat())
                        : new FloatPointer(filled(v)),
                    v.shape()));
    return whole.at(value.offset(), value.shape());
  }

  private static float[] filled(Value value) {
    float[] elements = new float[(int) value.length()];
    Arrays.fill(elements, value.isUniform() ? (float) value.element() : Float.NaN);
    return elements;
  }

  private static void fill(Tensor fed) {
    Random random = new Random(fed.length());
    float[] elements = new float[(int) fed.length()];
    for (int i = 0; i < elements.length; i++) {
      elements[i] = (float) random.nextGaussian();
    }
    fed.memory().put(elements);
  }

  private static void assertEqual(String name, Tensor actual, Tensor expected) {
    float[] values = new float[(int) actual.length()];
    float[] wanted = new float[values.length];
    actual.memory().get(values);
    expected.memory().get(wanted);
    double largest = 1e-3;
    for (float value : wanted) {
      assertThat(value).as(name).isFinite();
      largest = Math.max(largest, Math.abs(value));
    }
    for (int i = 0; i < values.length; i++) {
      assertThat((double) values[i]).as(name).isCloseTo(wanted[i], within(1e-4 * largest));
    }
  }
}
