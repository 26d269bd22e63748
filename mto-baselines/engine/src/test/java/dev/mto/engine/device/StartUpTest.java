package dev.mto.engine.device;

import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mto.engine.errors.UserException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class StartUpTest {
  private static final CudaBuild BUILD = CudaBuild.of("11.6", "3.7-8.9", "Linux");

  @Test
  void goesOnWithFitGpus() {
    assertThatCode(() -> StartUp.check(survey("7.0", "8.6"), BUILD)).doesNotThrowAnyException();
  }

  @Test
  void stopsWithoutAGpu() {
    assertThatThrownBy(() -> StartUp.check(GpuSurvey.none("nvidia-smi lists no GPU"), BUILD))
        .isInstanceOf(UserException.class)
        .hasMessageContaining("no GPU can be used: nvidia-smi lists no GPU")
        .hasMessageContaining("use the CPU backend");
  }

  @Test
  void stopsAtAnUnfitGpu() {
    assertThatThrownBy(() -> StartUp.check(survey("9.0"), BUILD))
        .isInstanceOf(UserException.class)
        .hasMessageContaining("GPU 0: A card (compute capability 9.0")
        .hasMessageNotContaining("CUDA_VISIBLE_DEVICES");
  }

  @Test
  void namesTheFitOnesBesideAnUnfitOne() {
    assertThatThrownBy(() -> StartUp.check(survey("8.0", "9.0", "8.9"), BUILD))
        .isInstanceOf(UserException.class)
        .hasMessageContaining("GPU 1:")
        .hasMessageEndingWith("CUDA_VISIBLE_DEVICES=0,2");
  }

  private static GpuSurvey survey(String... capabilities) {
    List<Gpu> gpus = new ArrayList<>();
    for (String capability : capabilities) {
      gpus.add(
          new Gpu(
              gpus.size(),
              "A card",
              new DriverVersion("535.104.05"),
              Optional.of(Capability.parse(capability)),
              900,
              1000));
    }
    return new GpuSurvey(gpus, "");
  }
}
