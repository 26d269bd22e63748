package dev.mto.engine.graph;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mto.executor.kernels.KernelSets.Bfloat16;
import org.junit.jupiter.api.Test;

class PrecisionsTest {
  @Test
  void bfloat16IsRefusedWhereItDoesNotPayUnlessThatIsAllowed() {
    assertThat(Precisions.refusal(false, true, Bfloat16.FAST)).isNull();
    assertThat(Precisions.refusal(false, true, Bfloat16.SLOW))
        .contains("no instructions for it")
        .contains("training.allow_slow=true");
    assertThat(Precisions.refusal(true, true, Bfloat16.SLOW)).isNull();
    assertThat(Precisions.refusal(true, true, Bfloat16.NONE)).contains("cannot do it");
    assertThat(Precisions.refusal(true, false, Bfloat16.NONE)).contains("--kernels standard");
  }
}
