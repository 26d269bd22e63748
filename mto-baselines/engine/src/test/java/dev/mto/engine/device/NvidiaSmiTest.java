package dev.mto.engine.device;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class NvidiaSmiTest {
  private static final String A100 = "0, NVIDIA A100-SXM4-80GB, 535.104.05, 80994, 81920, 8.0";

  @TempDir private Path folder;

  @Test
  void readsEveryGpu() {
    GpuSurvey survey = NvidiaSmi.read(A100 + "\n1, Tesla K80, 470.57.02, 11000, 11441, 3.7\n");

    assertThat(survey.reason()).isEmpty();
    assertThat(survey.gpus())
        .containsExactly(
            new Gpu(
                0,
                "NVIDIA A100-SXM4-80GB",
                new DriverVersion("535.104.05"),
                Optional.of(new Capability(8, 0)),
                80994,
                81920),
            new Gpu(
                1,
                "Tesla K80",
                new DriverVersion("470.57.02"),
                Optional.of(new Capability(3, 7)),
                11000,
                11441));
  }

  @Test
  void saysWhereMemoryIsNotTold() {
    GpuSurvey survey = NvidiaSmi.read("0, NVIDIA GB10, 580.82.09, [N/A], [N/A], 12.1");

    assertThat(survey.gpus()).hasSize(1);
    assertThat(survey.gpus().get(0).toString()).contains("free memory not told");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "Unable to determine the device handle for GPU 0000:01:00.0: Unknown Error",
        "0, NVIDIA A100-SXM4-80GB, 535.104.05, 80994, 81920, 8",
        "0, NVIDIA A100-SXM4-80GB, 535.104.05, many, 81920, 8.0",
        "0, NVIDIA A100-SXM4-80GB, N/A, 80994, 81920, 8.0",
        "0, NVIDIA A100-SXM4-80GB, 535.104.05, 80994",
      })
  void quotesAnAnswerThatItCannotRead(String answer) {
    GpuSurvey survey = NvidiaSmi.read(answer);

    assertThat(survey.gpus()).isEmpty();
    assertThat(survey.reason()).contains("not understood").contains(answer);
  }

  @Test
  void saysThatTheListIsEmpty() {
    assertThat(NvidiaSmi.read("\n").reason()).isEqualTo("nvidia-smi lists no GPU");
  }

  @Test
  void saysThatThereIsNoDriver() {
    GpuSurvey survey = new NvidiaSmi(folder.resolve("absent").toString(), null).survey();

    assertThat(survey.gpus()).isEmpty();
    assertThat(survey.reason()).contains("no NVIDIA driver is installed");
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "-1"})
  void keepsToHiddenGpus(String visible) {
    GpuSurvey survey = new NvidiaSmi(folder.resolve("absent").toString(), visible).survey();

    assertThat(survey.reason()).isEqualTo("CUDA_VISIBLE_DEVICES hides every GPU");
  }

  @Test
  @DisabledOnOs(OS.WINDOWS)
  void asksForTheVisibleGpusOnly() throws IOException {
    String program = program("echo \"$@\" > \"$0.arguments\"", "echo '" + A100 + "'");

    GpuSurvey survey = new NvidiaSmi(program, "2,3").survey();

    assertThat(survey.gpus()).hasSize(1);
    assertThat(Path.of(program + ".arguments")).content().startsWith("-i 2,3 --query-gpu=");
  }

  @Test
  @DisabledOnOs(OS.WINDOWS)
  void quotesTheReasonOfAFailure() throws IOException {
    String reason = "NVIDIA-SMI has failed because it couldn't communicate with the NVIDIA driver.";

    GpuSurvey survey = new NvidiaSmi(program("echo \"" + reason + "\"", "exit 9"), null).survey();

    assertThat(survey.reason()).isEqualTo("nvidia-smi failed: " + reason);
  }

  @Test
  @DisabledOnOs(OS.WINDOWS)
  void saysWhichGpusWereAskedForWhenThereAreNone() throws IOException {
    String program = program("echo 'No devices were found'", "exit 6");

    assertThat(new NvidiaSmi(program, "3").survey().reason())
        .isEqualTo("nvidia-smi failed for CUDA_VISIBLE_DEVICES=3: No devices were found");
  }

  @Test
  @DisabledOnOs(OS.WINDOWS)
  void doesWithoutTheCapabilityThatAnOldDriverDoesNotTell() throws IOException {
    String program =
        program(
            "case \"$*\" in *compute_cap*)",
            "  echo 'Field \"compute_cap\" is not a valid field to query.'; exit 2 ;;",
            "esac",
            "echo '0, Tesla V100-SXM2-16GB, 450.80.02, 16000, 16160'");

    GpuSurvey survey = new NvidiaSmi(program, null).survey();

    assertThat(survey.gpus())
        .extracting(Gpu::driver, Gpu::capability)
        .containsExactly(tuple(new DriverVersion("450.80.02"), Optional.<Capability>empty()));
  }

  private String program(String... lines) throws IOException {
    Path file = folder.resolve("nvidia-smi");
    Files.writeString(file, "#!/bin/sh\n" + String.join("\n", List.of(lines)) + "\n");
    assertThat(file.toFile().setExecutable(true)).isTrue();
    return file.toString();
  }
}
