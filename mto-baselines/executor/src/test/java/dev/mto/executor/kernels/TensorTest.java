package dev.mto.executor.kernels;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Arrays;
import org.bytedeco.javacpp.FloatPointer;
import org.junit.jupiter.api.Test;

class TensorTest {
  private final float[] elements = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12};
  private final Tensor tensor = new Tensor(new FloatPointer(elements), 3, 4);

  @Test
  void aScalarHasOneElement() {
    assertThat(Tensor.length(new long[0])).isEqualTo(1);
    assertThat(tensor.length()).isEqualTo(12);
  }

  @Test
  void anotherShapeIsTheSameMemory() {
    Tensor flat = tensor.reshaped(12);
    assertThat(flat.sameMemory(tensor)).isTrue();
    assertThat(flat.shape()).containsExactly(12);
    assertThatThrownBy(() -> tensor.reshaped(13))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("[3, 4]")
        .hasMessageContaining("13");
  }

  @Test
  void aPartStartsAtItsElement() {
    Tensor part = tensor.at(5, 2, 2);
    assertThat(part.sameMemory(tensor)).isFalse();
    float[] found = new float[4];
    part.memory().get(found);
    assertThat(found).isEqualTo(Arrays.copyOfRange(elements, 5, 9));
  }

  @Test
  void aTensorOfADeviceIsAnAddressThatTheHostDoesNotRead() {
    Tensor device = Tensor.onDevice(ElementType.BFLOAT16, 4096, 3, 4);
    assertThat(device.at(5, 2).address()).isEqualTo(4096 + 10);
    assertThat(device.reshaped(12).sameMemory(device)).isTrue();
    assertThatThrownBy(device::pointer)
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("BFLOAT16[3, 4] of a device");
  }
}
