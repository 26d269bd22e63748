package dev.mto.engine.device;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class CudaBuildTest {
  private static final CudaBuild RELEASED = CudaBuild.of("11.6", "3.7-8.9", "Linux");

  @ParameterizedTest
  @ValueSource(strings = {"3.7", "5.0", "7.5", "8.6", "8.9"})
  void runsWhereTheReleaseHasDeviceCode(String capability) {
    Verdict verdict = RELEASED.judge(gpu(capability, "535.104.05"));

    assertThat(verdict.runs()).isTrue();
    assertThat(verdict.line())
        .isEqualTo(
            "GPU 0: A card (compute capability %s, driver 535.104.05, 900 of 1000 MiB free) can run"
                .formatted(capability));
  }

  @ParameterizedTest
  @ValueSource(strings = {"3.5", "9.0", "10.0", "12.0"})
  void doesNotRunWhereItHasNone(String capability) {
    Verdict verdict = RELEASED.judge(gpu(capability, "580.82.09"));

    assertThat(verdict.runs()).isFalse();
    assertThat(verdict.line())
        .contains("compute capability " + capability + ",")
        .contains("cannot run")
        .contains("3.7 to 8.9 only")
        .contains("use the CPU backend, or an ND4J that you build from source for " + capability)
        .doesNotContain("\n");
  }

  @ParameterizedTest(name = "[driver {0} on {1}]")
  @CsvSource({"510.39.01, Linux", "510.47, Linux", "1000.1, Linux", "511.23, Windows 11"})
  void runsWithItsOwnDriverAndNewer(String driver, String system) {
    Verdict verdict = CudaBuild.of("11.6", "3.7-8.9", system).judge(gpu("8.6", driver));

    assertThat(verdict.runs()).isTrue();
    assertThat(verdict.line()).endsWith("can run");
  }

  @ParameterizedTest(name = "[driver {0} on {1}]")
  @CsvSource({"510.39, Linux", "450.80.02, Linux", "510.39.01, Windows 10", "452.39, Windows 10"})
  void mayRunWithAnOlderDriverOfTheSameMajorVersion(String driver, String system) {
    Verdict verdict = CudaBuild.of("11.6", "3.7-8.9", system).judge(gpu("8.6", driver));

    assertThat(verdict.runs()).isTrue();
    assertThat(verdict.line()).contains("may run").contains("minor-version compatibility");
  }

  @ParameterizedTest(name = "[driver {0} on {1}]")
  @CsvSource({"450.80, Linux", "440.33.01, Linux", "99.9, Linux", "452.38, Windows 10"})
  void doesNotRunWithADriverThatIsTooOld(String driver, String system) {
    Verdict verdict = CudaBuild.of("11.6", "3.7-8.9", system).judge(gpu("8.6", driver));

    assertThat(verdict.runs()).isFalse();
    assertThat(verdict.line()).contains("cannot run: driver " + driver).contains("or newer");
  }

  @Test
  void leavesOpenWhatAnOldDriverDoesNotTell() {
    Gpu gpu = new Gpu(0, "A card", new DriverVersion("470.57"), Optional.empty(), 900, 1000);

    Verdict verdict = RELEASED.judge(gpu);

    assertThat(verdict.runs()).isTrue();
    assertThat(verdict.line()).contains("if the GPU's compute capability is 3.7 to 8.9");
  }

  @Test
  void knowsAnotherBuildByItsProperties() {
    CudaBuild own = CudaBuild.of("11.8", "9.0", "Linux");

    assertThat(own.judge(gpu("9.0", "535.104.05")).runs()).isTrue();
    assertThat(own.judge(gpu("8.9", "535.104.05")).line()).contains("9.0 to 9.0 only");
  }

  @Test
  void theProjectsBuildNamesIts() {
    CudaBuild build = CudaBuild.ofThisProject();

    assertThat(build.cuda()).matches("[0-9]+\\.[0-9]+");
    assertThat(build.lowest()).isLessThanOrEqualTo(build.highest());
  }

  @Test
  void refusesAnEmptyRange() {
    assertThatThrownBy(() -> CudaBuild.of("11.6", "8.9-3.7", "Linux"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("8.9-3.7")
        .hasMessageContaining("the lower one first");
  }

  private static Gpu gpu(String capability, String driver) {
    return new Gpu(
        0,
        "A card",
        new DriverVersion(driver),
        Optional.of(Capability.parse(capability)),
        900,
        1000);
  }
}
