package dev.mto.bench;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class NativeBuildTest {

  @ParameterizedTest(name = "[{0}] gives {1}")
  @CsvSource({
    "fpu sse2 avx avx2 avx512f avx512dq avx512bw avx512vl, linux-x86_64-onednn-avx512",
    "fpu sse2 avx avx2 fma avx512f avx512bw,               linux-x86_64-onednn-avx512",
    "fpu sse2 avx avx2 avx512f avx512cd,                   linux-x86_64-onednn-avx2",
    "fpu sse2 avx avx2 avx512bw,                           linux-x86_64-onednn-avx2",
    "fpu sse2 avx avx2,                                    linux-x86_64-onednn-avx2",
    "fpu sse2 avx avx2_like,                               linux-x86_64-onednn",
    "fpu sse2 avx,                                         linux-x86_64-onednn",
  })
  void theFastestBuildThatTheFlagsAllow(String flags, String classifier) {
    String cpuInfo =
        """
        processor\t: 0
        model name\t: A processor with avx2 and avx512f avx512bw in its name
        flags\t\t: %s
        bugs\t\t: spectre_v1
        """
            .formatted(flags);

    assertThat(DoctorCommand.fastestBuild(cpuInfo)).isEqualTo(classifier);
  }

  @ParameterizedTest
  @CsvSource({"''", "'processor : 0'"})
  void withoutFlagsTheBuildForEveryProcessor(String cpuInfo) {
    assertThat(DoctorCommand.fastestBuild(cpuInfo)).isEqualTo("linux-x86_64-onednn");
  }
}
