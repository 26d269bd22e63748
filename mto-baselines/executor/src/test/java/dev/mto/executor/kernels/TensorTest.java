package dev.mto.executor.kernels;

import static dev.mto.executor.kernels.KernelTest.elements;
import static dev.mto.executor.kernels.KernelTest.gaussian;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Arrays;
import org.junit.jupiter.api.Test;

class TensorTest {
  private final Tensor tensor = gaussian(1, 3, 4);

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
    assertThat(elements(part)).isEqualTo(Arrays.copyOfRange(elements(tensor), 5, 9));
  }
}
