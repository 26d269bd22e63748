package dev.mto.executor.cuda;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.sun.jna.Memory;
import com.sun.jna.NativeLibrary;
import com.sun.jna.StringArray;
import com.sun.jna.ptr.LongByReference;
import com.sun.jna.ptr.PointerByReference;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIf;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** NVIDIA's own compiler takes the kernels for every kind of GPU: {@code mvn test -Pnvrtc}. */
@EnabledIf(
    value = "dev.mto.executor.cuda.EmulatedCuda#isPossible",
    disabledReason = EmulatedCuda.NEEDS)
class RealNvrtcTest {
  private static final String PACKAGE = "/org/bytedeco/cuda/linux-x86_64/";

  private static NativeLibrary real;

  @BeforeAll
  static void bind() throws IOException {
    assumeTrue(
        RealNvrtcTest.class.getResource(PACKAGE + "libnvrtc.so.13") != null,
        "NVRTC is not on the class path; the profile nvrtc puts it there");
    EmulatedCuda.bind();
    Path emulated = EmulatedCuda.folder(KernelSource.text());
    Path folder = Files.createTempDirectory(emulated, "nvrtc");
    for (String name : new String[] {"libcuda.so.1", "libcublasLt.so.13"}) {
      Files.createLink(folder.resolve(name), emulated.resolve("libcuda.so.1"));
    }
    for (String name : new String[] {"libnvrtc.so.13", "libnvrtc-builtins.so.13.3"}) {
      Path copy = emulated.resolve("real-" + name);
      if (!Files.exists(copy)) {
        try (InputStream library = RealNvrtcTest.class.getResourceAsStream(PACKAGE + name)) {
          Files.copy(library, copy, StandardCopyOption.REPLACE_EXISTING);
        }
      }
      Files.createLink(folder.resolve(name), copy);
    }
    CudaLibraries.in(folder).bind();
    real = NativeLibrary.getInstance(folder.resolve("libnvrtc.so.13").toString());
  }

  @AfterAll
  static void restore() {
    EmulatedCuda.bind();
  }

  @ParameterizedTest
  @ValueSource(ints = {75, 80, 86, 89, 90, 100, 120})
  void compilesEveryKernel(int capability) {
    Memory cubin = KernelSource.compile(KernelSource.text(), capability);
    byte[] bytes = cubin.getByteArray(0, (int) cubin.size());
    String text = new String(bytes, StandardCharsets.ISO_8859_1);
    assertThat(text).startsWith("\u007fELF");
    assertThat(EmulatedCuda.names(KernelSource.text()))
        .hasSizeGreaterThan(20)
        .allSatisfy(kernel -> assertThat(text).contains(".text." + kernel + "\0"));
  }

  /** Otherwise the sum would depend on where a step's micro-batches are added up. */
  @Test
  void theProductOfAMeanIsRoundedBeforeItIsAdded() {
    String ptx = ptx(KernelSource.text());
    int begin = ptx.indexOf(".entry accumulate(");
    String accumulate = ptx.substring(begin, ptx.indexOf("\n}", begin));
    assertThat(accumulate).contains("mul.rn.f32", "add.rn.f32").doesNotContain("fma");
  }

  /** What NVRTC makes before machine code. */
  private static String ptx(String text) {
    PointerByReference program = new PointerByReference();
    assertThat(Nvrtc.nvrtcCreateProgram(program, text, "kernels.cu", 0, null, null)).isZero();
    String[] options = {"--gpu-architecture=compute_80", "--std=c++14"};
    assertThat(
            Nvrtc.nvrtcCompileProgram(program.getValue(), options.length, new StringArray(options)))
        .isZero();
    LongByReference bytes = new LongByReference();
    call("nvrtcGetPTXSize", program.getValue(), bytes);
    Memory ptx = new Memory(bytes.getValue());
    call("nvrtcGetPTX", program.getValue(), ptx);
    Nvrtc.nvrtcDestroyProgram(program);
    return ptx.getString(0);
  }

  private static void call(String function, Object... arguments) {
    assertThat(real.getFunction(function).invokeInt(arguments)).isZero();
  }

  @Test
  void aMistakeIsToldInOneLine() {
    String mistaken = KernelSource.text().replace("KERNEL row_sum(", "KERNEL row_sum(nothing x, ");
    assertThatThrownBy(() -> KernelSource.compile(mistaken, 90))
        .isInstanceOf(CudaException.class)
        .message()
        .contains("kernels.cu(", "\"nothing\" is undefined")
        .doesNotContain("\n");
  }

  @Test
  void aCapabilityThatItDoesNotKnowIsToldInOneLine() {
    assertThatThrownBy(() -> KernelSource.compile(KernelSource.text(), 999))
        .isInstanceOf(CudaException.class)
        .message()
        .contains("NVRTC 13.3 cannot compile", "capability 99.9", "invalid value for --gpu-arch")
        .doesNotContain("\n");
  }
}
