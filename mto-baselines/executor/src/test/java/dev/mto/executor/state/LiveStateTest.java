package dev.mto.executor.state;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mto.executor.cuda.CudaKernelSets;
import dev.mto.executor.cuda.EmulatedCuda;
import dev.mto.executor.kernels.Kernels;
import dev.mto.executor.kernels.Tensor;
import dev.mto.executor.kernels.Unary;
import dev.mto.oracle.Bits;
import java.util.List;
import java.util.function.BiConsumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIf;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.indexing.NDArrayIndex;

class LiveStateTest {
  private final LiveState state = new LiveState();
  private final INDArray array = Nd4j.createFromArray(new float[][] {{1, -2, 3}, {4, 5, -6}});
  private final INDArray before = array.dup();

  @Test
  void withoutASessionOnADeviceTheHostHasAllAndNothingHappens() {
    assertThat(state.forHost(array)).isSameAs(array).isEqualTo(before);
    state.forHost();
    state.forget(List.of(array));
    assertThat(state.updates()).isEmpty();
    assertThatThrownBy(() -> state.forDevice(array))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("no session on a device");
    assertThat(Bits.of(array)).isEqualTo(Bits.of(before));
  }

  private void onDevice(BiConsumer<EmulatedCuda, Kernels> use) {
    EmulatedCuda.during(
        gpu -> {
          long taken = gpu.bytes(0); // by a test of a device that failed
          try (Kernels kernels = CudaKernelSets.chosen().orElseThrow()) {
            state.open(kernels);
            use.accept(gpu, kernels);
            state.close(kernels);
          }
          assertThat(gpu.bytes(0)).isEqualTo(taken);
          return null;
        });
  }

  private static void makePositive(Kernels kernels, Tensor tensor) {
    kernels.unary(Unary.of(Unary.Kind.ABSOLUTE), tensor, tensor).run();
  }

  @Test
  @EnabledIf(
      value = "dev.mto.executor.cuda.EmulatedCuda#isPossible",
      disabledReason = EmulatedCuda.NEEDS)
  void anArrayIsBroughtOverWhereItIsNotAndOnlyThen() {
    onDevice(
        (gpu, kernels) -> {
          long up = gpu.count("bytes to the device");
          long down = gpu.count("bytes to the host");
          makePositive(kernels, state.forDevice(array));
          Tensor again = state.forDevice(array);
          assertThat(again.sameMemory(state.reserve(array))).isTrue();
          assertThat(again.shape()).containsExactly(2, 3);
          assertThat(gpu.count("bytes to the device") - up).isEqualTo(24);

          assertThat(Bits.of(state.forHost(array))).isEqualTo(Bits.of(Nd4j.math().abs(before)));
          state.forHost();
          assertThat(gpu.count("bytes to the host") - down).isEqualTo(24);

          array.assign(-7);
          makePositive(kernels, state.forDevice(array));
          assertThat(state.forHost(array).toFloatMatrix()[1]).containsExactly(7, 7, 7);
        });
  }

  @Test
  @EnabledIf(
      value = "dev.mto.executor.cuda.EmulatedCuda#isPossible",
      disabledReason = EmulatedCuda.NEEDS)
  void anArrayThatTheDeviceHasCannotBeReadByMistakeNorWritten() {
    INDArray scalar = Nd4j.scalar(2f);
    onDevice(
        (gpu, kernels) -> {
          state.forDevice(array);
          state.forDevice(scalar);
          assertThat(array.data().asFloat()).containsOnly(Float.NaN);
          assertThat(scalar.getFloat(0)).isNaN();
          scalar.assign(3);
          assertThatThrownBy(() -> state.forHost(scalar))
              .isInstanceOf(IllegalStateException.class)
              .hasMessageContaining("written to while a device had it");
          assertThat(Bits.of(state.forHost(array))).isEqualTo(Bits.of(before));
          state.forget(List.of(scalar));
        });
  }

  @Test
  @EnabledIf(
      value = "dev.mto.executor.cuda.EmulatedCuda#isPossible",
      disabledReason = EmulatedCuda.NEEDS)
  void theLastSessionThatIsClosedBringsAllBack() {
    onDevice(
        (gpu, kernels) -> {
          try (Kernels second = CudaKernelSets.chosen().orElseThrow()) {
            state.open(second);
            Tensor more = state.allocate("a test", 5);
            second.memory().fill(more, 1);
            makePositive(kernels, state.forDevice(array));
            state.close(second);
            assertThat(array.getFloat(0)).isNaN();
          }
          makePositive(kernels, state.forDevice(array));
        });
    assertThat(Bits.of(array)).isEqualTo(Bits.of(Nd4j.math().abs(before)));
  }

  @Test
  @EnabledIf(
      value = "dev.mto.executor.cuda.EmulatedCuda#isPossible",
      disabledReason = EmulatedCuda.NEEDS)
  void whatAFailedDeviceHasIsLostAndItsMemoryIsGivenBack() {
    onDevice(
        (gpu, kernels) -> {
          state.forDevice(array);
          gpu.fail("cuMemcpyDtoHAsync_v2", 999);
        });
    assertThat(array.data().asFloat()).containsOnly(Float.NaN);
  }

  @Test
  @EnabledIf(
      value = "dev.mto.executor.cuda.EmulatedCuda#isPossible",
      disabledReason = EmulatedCuda.NEEDS)
  void arraysThatKernelsCannotReadAreRefused() {
    onDevice(
        (gpu, kernels) -> {
          INDArray columns = array.get(NDArrayIndex.all(), NDArrayIndex.interval(0, 2));
          for (INDArray other : List.of(columns, array.castTo(DataType.DOUBLE))) {
            assertThatThrownBy(() -> state.forDevice(other))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("float32, dense");
          }
        });
  }
}
