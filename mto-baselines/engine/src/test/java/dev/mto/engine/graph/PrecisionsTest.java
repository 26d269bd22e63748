package dev.mto.engine.graph;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mto.executor.cuda.CudaGpu;
import dev.mto.executor.kernels.KernelSets.Bfloat16;
import java.util.Optional;
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

  @Test
  void tf32IsForGpusFromAmpereOn() {
    assertThat(Precisions.refusalOfTf32(Optional.of(new CudaGpu(0, "A100", 80)))).isNull();
    assertThat(Precisions.refusalOfTf32(Optional.of(new CudaGpu(1, "T4", 75))))
        .isEqualTo(
            "GPU 1, T4 (compute capability 7.5) has no instructions for it, which came with compute"
                + " capability 8.0; give float32");
    assertThat(Precisions.refusalOfTf32(Optional.empty()))
        .contains("--device cuda", "on a CPU give float32 or bfloat16");
  }

  @Test
  void bfloat16IsRefusedOnGpusWithoutInstructionsForIt() {
    assertThat(Precisions.refusal(new CudaGpu(0, "A100", 80))).isNull();
    assertThat(Precisions.refusal(new CudaGpu(1, "T4", 75)))
        .isEqualTo(
            "GPU 1, T4 (compute capability 7.5) has no instructions for it, which came with compute"
                + " capability 8.0; leave it out");
  }
}
