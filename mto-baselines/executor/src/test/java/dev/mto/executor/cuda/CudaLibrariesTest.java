package dev.mto.executor.cuda;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIf;

/** What is said where a library of CUDA is not there, or does not fit the driver. */
@EnabledIf(
    value = "dev.mto.executor.cuda.EmulatedCuda#isPossible",
    disabledReason = EmulatedCuda.NEEDS)
class CudaLibrariesTest {
  private static final int DRIVER = 13000;

  private EmulatedCuda emulated;
  private Path folder;

  @BeforeEach
  void bind() throws IOException {
    emulated = EmulatedCuda.bind();
    folder = Files.createTempDirectory(EmulatedCuda.folder(KernelSource.text()), "links");
  }

  @AfterEach
  void restore() {
    emulated.set("driver version", DRIVER);
    EmulatedCuda.bind();
  }

  private void give(String... names) throws IOException {
    for (String name : names) {
      Files.createLink(
          folder.resolve(name), EmulatedCuda.folder(KernelSource.text()).resolve("libcuda.so.1"));
    }
  }

  private void assertRefused(String... parts) {
    assertThatThrownBy(() -> CudaLibraries.in(folder).bind())
        .isInstanceOf(CudaException.class)
        .message()
        .contains(parts)
        .doesNotContain("\n");
  }

  @Test
  void noDriver() {
    assertRefused("no NVIDIA driver", "libcuda.so.1", "install", "CPU");
  }

  @Test
  void tooOldADriver() throws IOException {
    give("libcuda.so.1", "libnvrtc.so.11.2", "libcublasLt.so.11");
    emulated.set("driver version", 10020);
    assertRefused("driver is too old", "CUDA 10.2", "11.0 is needed", "install a newer");
  }

  @Test
  void aDriverThatDoesNotTellItsVersion() throws IOException {
    give("libcuda.so.1", "libnvrtc.so.13", "libcublasLt.so.13");
    emulated.fail("cuDriverGetVersion", 1);
    assertRefused("driver is too old");
  }

  @Test
  void noCompiler() throws IOException {
    give("libcuda.so.1", "libcublasLt.so.13");
    assertRefused("libnvrtc is missing", "libnvrtc.so.13", "cuda-nvrtc-13-*", "MTO_CUDA_LIBRARIES");
  }

  @Test
  void noProducts() throws IOException {
    give("libcuda.so.1", "libnvrtc.so.13");
    assertRefused("libcublasLt is missing", "libcublasLt.so.13", "libcublas-13-*");
  }

  @Test
  void librariesOfANewerCudaThanTheDriverSupportsAreNotTaken() throws IOException {
    give("libcuda.so.1", "libnvrtc.so.13", "libcublasLt.so.13");
    emulated.set("driver version", 12040);
    assertRefused("supports CUDA 12.4", "libnvrtc.so.12 or libnvrtc.so.11.2", "cuda-nvrtc-12-*");
  }

  @Test
  void librariesAreFoundWhereWheelsPutThem() throws IOException {
    give("libcuda.so.1");
    wheel("nvidia/cuda_nvrtc/lib", "libnvrtc.so.12");
    wheel("nvidia/cublas/lib", "libcublasLt.so.12");
    CudaLibraries.in(folder).bind();
  }

  @Test
  void librariesAreFoundWhereWheelsOfCuda13PutThem() throws IOException {
    give("libcuda.so.1");
    wheel("nvidia/cu13/lib", "libnvrtc.so.13", "libcublasLt.so.13");
    CudaLibraries.in(folder).bind();
  }

  private void wheel(String inside, String... names) throws IOException {
    Path outer = folder;
    folder = Files.createDirectories(outer.resolve(inside));
    give(names);
    folder = outer;
  }

  @Test
  void whatIsThereIsDescribedWithItsVersionAndPlace() throws IOException {
    give("libcuda.so.1", "libnvrtc.so.13", "libcublasLt.so.13");
    CudaSurvey survey = CudaSurvey.of(CudaLibraries.in(folder));

    Path real = folder.toRealPath();
    assertThat(survey.described())
        .containsEntry("NVIDIA driver", "for CUDA up to 13.0")
        .containsEntry("NVRTC", "13.0, " + real.resolve("libnvrtc.so.13"))
        .containsEntry("cuBLASLt", "13.0.0, " + real.resolve("libcublasLt.so.13"))
        .containsEntry(
            "cuda:1",
            "GPU 1, emulated GPU 1 (compute capability 9.0), 8.6 of 8.6 GB of memory free");
    assertThat(survey.fit()).extracting(CudaGpu::ordinal).containsExactly(0, 1);
  }

  @Test
  void theDriversOwnVersionIsThatOfItsFile() throws IOException {
    give("libcuda.so.535.104.05", "libnvrtc.so.13", "libcublasLt.so.13");
    Files.createSymbolicLink(
        folder.resolve("libcuda.so.1"), folder.resolve("libcuda.so.535.104.05"));
    assertThat(CudaSurvey.of(CudaLibraries.in(folder)).described())
        .containsEntry("NVIDIA driver", "535.104.05, for CUDA up to 13.0");
  }

  @Test
  void whatIsMissingIsDescribedWithWhatToDoAndNothingFits() throws IOException {
    give("libcuda.so.1", "libnvrtc.so.13");
    CudaSurvey survey = CudaSurvey.of(CudaLibraries.in(folder));
    assertThat(survey.described().get("NVRTC")).startsWith("13.0, ");
    assertThat(survey.described().get("cuBLASLt"))
        .contains("pip install --target DIR nvidia-cublas-cu12", "MTO_CUDA_LIBRARIES=DIR");
    assertThat(survey.described()).containsKey("cuda:1");
    assertThat(survey.fit()).isEmpty();
  }

  @Test
  void withoutADriverThereIsNothingToDescribe() {
    assertThat(CudaSurvey.of(CudaLibraries.in(folder)).described()).isEmpty();
  }

  @Test
  void tooOldADriverIsDescribedAlone() throws IOException {
    give("libcuda.so.1", "libnvrtc.so.11.2", "libcublasLt.so.11");
    emulated.set("driver version", 10020);
    assertThat(CudaSurvey.of(CudaLibraries.in(folder)).described())
        .containsOnlyKeys("NVIDIA driver")
        .containsValue(
            "the NVIDIA driver is too old: it supports CUDA 10.2, and 11.0 is needed; install a"
                + " newer driver (450.80 or later), or run on the CPU");
  }

  @Test
  void aGpuThatIsTooOldIsDescribedAndDoesNotFit() throws IOException {
    give("libcuda.so.1", "libnvrtc.so.13", "libcublasLt.so.13");
    emulated.set("capability of 0", 61);
    CudaSurvey survey = CudaSurvey.of(CudaLibraries.in(folder));
    emulated.set("capability of 0", 0);
    assertThat(survey.described().get("cuda:0")).contains("6.1", "too old, 7.5");
    assertThat(survey.fit()).extracting(CudaGpu::ordinal).containsExactly(1);
  }

  @Test
  void librariesOfAnOlderCudaThanTheDriverSupportsAreTaken() throws IOException {
    give("libcuda.so.1", "libnvrtc.so.11.2", "libcublasLt.so.12");
    emulated.set("driver version", 14010);
    CudaLibraries.in(folder).bind();
    try (CudaDevice device = new CudaDevice(0)) {
      assertThat(device.name()).isEqualTo("emulated GPU 0");
    }
  }

  @Test
  void aFileThatIsNoLibraryIsAsNone() throws IOException {
    give("libcuda.so.1", "libcublasLt.so.13");
    Files.writeString(folder.resolve("libnvrtc.so.13"), "not a library");
    assertRefused("libnvrtc is missing");
  }
}
