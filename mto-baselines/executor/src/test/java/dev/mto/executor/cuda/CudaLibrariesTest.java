package dev.mto.executor.cuda;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.jna.NativeLibrary;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIf;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

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

  /** As {@link #give}, without a function: one of its own, whose driver tells what it is told. */
  private void giveWithout(String function, int version, String name) throws IOException {
    Path whole = EmulatedCuda.folder(KernelSource.text()).resolve("libcuda.so.1");
    String other = function.substring(0, function.length() - 1) + "?";
    String library = Files.readString(whole, StandardCharsets.ISO_8859_1);
    assertThat(library).contains(function + "\0");
    Path own = folder.resolve(name);
    Files.writeString(
        own, library.replace(function + "\0", other + "\0"), StandardCharsets.ISO_8859_1);
    NativeLibrary.getInstance(own.toString())
        .getFunction("fake_set")
        .invokeInt(new Object[] {"driver version", version});
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

  /** CUDA 10's driver has another form of it. */
  @Test
  void anOldDriverIsToldByItsVersionAndNotByTheFunctionsThatItLacks() throws IOException {
    giveWithout("cuGraphInstantiate_v2", 10020, "libcuda.so.1");
    give("libnvrtc.so.11.2", "libcublasLt.so.11");
    assertRefused("driver is too old", "CUDA 10.2", "450.80");
    CudaSurvey survey = CudaSurvey.of(CudaLibraries.in(folder));
    assertThat(survey.described()).containsOnlyKeys("NVIDIA driver");
    assertThat(survey.described().get("NVIDIA driver")).contains("too old");
    assertThat(survey.fit()).isEmpty();
  }

  @ParameterizedTest
  @CsvSource({
    "libcuda.so.1, cuGraphInstantiate_v2, the NVIDIA driver for CUDA 13.0, install all of a newer",
    "libnvrtc.so.13, nvrtcGetCUBIN, NVRTC, install NVRTC 11.2 or newer",
    "libcublasLt.so.13, cublasLtMatmul, cuBLASLt, install cuBLAS 11 or newer"
  })
  void aLibraryThatLacksAFunctionIsRefusedAndDescribed(
      String file, String function, String name, String cure) throws IOException {
    for (String library : List.of("libcuda.so.1", "libnvrtc.so.13", "libcublasLt.so.13")) {
      if (library.equals(file)) {
        giveWithout(function, DRIVER, library);
      } else {
        give(library);
      }
    }
    String missing = "lacks 1 of";
    assertRefused(
        name, folder.toRealPath() + "/" + file, missing, function, cure, "run on the CPU");
    CudaSurvey survey = CudaSurvey.of(CudaLibraries.in(folder));
    assertThat(survey.described().values()).filteredOn(text -> text.contains(missing)).hasSize(1);
    assertThat(survey.fit()).isEmpty();
  }

  @Test
  void aDriverThatCannotBeAskedForItsVersionIsTooOld() throws IOException {
    giveWithout("cuDriverGetVersion", DRIVER, "libcuda.so.1");
    assertRefused("driver is too old");
  }

  /** It unpacks a library of its own, here into a folder that there cannot be. */
  @Test
  void whereJnaCannotStartThatIsSaidAndThereIsNoGpu() throws Exception {
    Process process =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Djna.nosys=true",
                "-Djna.tmpdir=" + Files.createFile(folder.resolve("file")).resolve("folder"),
                "-cp",
                System.getProperty(
                    "surefire.test.class.path", System.getProperty("java.class.path")),
                Survey.class.getName())
            .redirectErrorStream(true)
            .start();
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor()).as(output).isZero();
    assertThat(output).contains("libraries cannot be called", "jna.tmpdir", "fit: []");
  }

  /** Describes this machine twice, as a command that has asked before does. */
  static final class Survey {
    private Survey() {}

    public static void main(String[] arguments) {
      CudaSurvey.ofThisMachine();
      CudaSurvey survey = CudaSurvey.ofThisMachine();
      System.out.println(survey.described() + " fit: " + survey.fit());
    }
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
