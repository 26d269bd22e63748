package dev.mto.bench;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mto.engine.device.Backend;
import dev.mto.engine.device.Capability;
import dev.mto.engine.device.CudaBuild;
import dev.mto.engine.device.DriverVersion;
import dev.mto.engine.device.Gpu;
import dev.mto.engine.device.GpuSurvey;
import dev.mto.executor.cuda.CudaGpu;
import dev.mto.executor.cuda.CudaSurvey;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class CudaTest {
  private static final CudaBuild BUILD =
      new CudaBuild("11.6", new Capability(3, 7), new Capability(8, 9), "Linux");

  @Test
  void theBuildForTheCpuSaysHowToUseAFitGpu() {
    assertThat(DoctorCommand.gpus(Backend.CPU, survey(8, 6), BUILD))
        .singleElement()
        .asString()
        .startsWith("by ND4J's own backend for GPUs: GPU 0: A card")
        .contains("can run")
        .contains("MTO_BACKEND=cuda");
  }

  @Test
  void theBuildForCudaUsesIt() {
    assertThat(DoctorCommand.gpus(Backend.CUDA, survey(8, 6), BUILD))
        .singleElement()
        .asString()
        .endsWith("can run");
  }

  @Test
  void noBuildInvitesToAnUnfitGpu() {
    for (Backend backend : Backend.values()) {
      assertThat(DoctorCommand.gpus(backend, survey(9, 0), BUILD))
          .singleElement()
          .asString()
          .contains("cannot run")
          .doesNotContain("MTO_BACKEND");
    }
  }

  @Test
  void saysWhyThereIsNone() {
    assertThat(DoctorCommand.gpus(Backend.CPU, new GpuSurvey(List.of(), "nothing is there"), BUILD))
        .containsExactly("GPU: none: nothing is there");
  }

  @Test
  void theDevicesThatWillDoAreNamed() {
    CudaGpu fit = new CudaGpu(1, "A card", 86);
    assertThat(
            DoctorCommand.devices(
                new CudaSurvey(Map.of("NVRTC", "12.4"), List.of(fit)), survey(8, 6)))
        .hasValue("cpu, cuda:1; verified by emulation, not yet on hardware");
    assertThat(
            DoctorCommand.devices(
                new CudaSurvey(Map.of("NVRTC", "is missing"), List.of()), survey(8, 6)))
        .hasValue("cpu only, for what is said above");
  }

  @Test
  void aDriverThatIsNotAllThereIsNamedAndOneThatIsNotThereSaysNothing() {
    CudaSurvey none = new CudaSurvey(Map.of(), List.of());
    assertThat(DoctorCommand.devices(none, survey(8, 6)).orElseThrow())
        .contains("libcuda.so.1 is not", "NVIDIA_DRIVER_CAPABILITIES=compute,utility");
    assertThat(DoctorCommand.devices(none, new GpuSurvey(List.of(), "no driver"))).isEmpty();
  }

  private static GpuSurvey survey(int major, int minor) {
    return new GpuSurvey(
        List.of(
            new Gpu(
                0,
                "A card",
                new DriverVersion("535.104.05"),
                Optional.of(new Capability(major, minor)),
                900,
                1000)),
        "");
  }
}
