package dev.mto.peer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.bytedeco.pytorch.global.torch.tensor;

import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.junit.jupiter.api.Test;

class PatchMaskTest {

  @Test
  void restoringUndoesTheOrderVisibleThenMasked() {
    PatchMask mask = new PatchMask(new long[][] {{1, 0, 1, 0, 0}}, ScalarType.Float);
    Tensor tokens = tensor(0f, 1f, 2f, 3f, 4f).view(5, 1);

    Tensor visible = tokens.index_select(0, mask.visibleRows());
    Tensor reordered = tensor(1f, 3f, 4f, 0f, 2f).view(5, 1);

    assertThat(visible.flatten().equal(tensor(1f, 3f, 4f))).isTrue();
    assertThat(reordered.index_select(0, mask.restoringRows()).equal(tokens)).isTrue();
  }

  @Test
  void refusesImagesThatMaskDifferentNumbers() {
    assertThatThrownBy(() -> new PatchMask(new long[][] {{1, 0, 0}, {1, 1, 0}}, ScalarType.Float))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("image 1 masks 2 tokens");
  }
}
