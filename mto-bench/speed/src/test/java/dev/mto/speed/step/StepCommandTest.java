package dev.mto.speed.step;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.mto.engine.testing.CommandRun;
import dev.mto.executor.kernels.KernelSets;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class StepCommandTest {
  @TempDir private Path folder;
  private Path config;

  @BeforeEach
  void writeConfiguration() throws IOException {
    Path images = Files.createDirectory(folder.resolve("images"));
    StandardCase.writeNoise(images, 2, 8);
    config =
        Files.writeString(
            folder.resolve("small.yaml"),
            """
            baseline: simmim
            model: { preset: vit-tiny, image: [8, 8], patch: 4, dim: 12, depth: 1, heads: 2 }
            data: { train: '%s', workers: 1 }
            masking: { ratio: 0.5, unit: 4 }
            training: { batch: 2, accumulate: 1 }
            """
                .formatted(images));
  }

  @Test
  void measuresAConfigurationInProcessesOfItsOwnInEachPrecisionThatIsFast() throws IOException {
    boolean both = KernelSets.bfloat16() == KernelSets.Bfloat16.FAST;
    Path json = folder.resolve("step.json");

    CommandRun outcome =
        run(
            "--config",
            config.toString(),
            "--precision=" + (both ? "bfloat16" : "float32"),
            "--steps=1",
            "--rounds=2",
            "--json",
            json.toString());

    assertThat(outcome.code()).as("%s", outcome).isZero();
    assertThat(outcome.out()).contains("small: 2 images a step").contains("this, MTO");
    JsonNode cases = new ObjectMapper().readTree(json.toFile()).get("cases");
    assertThat(cases).hasSize(both ? 4 : 2);
    assertThat(cases.get(1).get("name").asText()).isEqualTo("small-mto");
    assertThat(cases.get(1).get("ms_min").asDouble()).isPositive();
    assertThat(cases.get(1).get("sgemm_peak_gflops").asDouble()).isPositive();
    if (both) {
      assertThat(outcome.out()).contains("this, bfloat16, MTO");
      JsonNode narrow = cases.get(3);
      assertThat(narrow.get("name").asText()).isEqualTo("small-bfloat16-mto");
      assertThat(narrow.get("ratio_float32").asDouble())
          .isEqualTo(narrow.get("ms_min").asDouble() / cases.get(1).get("ms_min").asDouble());
      assertThat(narrow.get("gradient_error").asDouble()).isBetween(1e-6, 0.1);
      assertThat(narrow.get("bfloat16_peak_gflops").asDouble())
          .isGreaterThan(narrow.path("gflops").asDouble());
    }
  }

  @Test
  void listsTheStandardCases() {
    CommandRun outcome = run("--list");

    assertThat(outcome.code()).isZero();
    assertThat(outcome.out()).contains("simmim-vit-tiny").contains("mae-vit-base");
  }

  @Test
  void refusesAnUnknownCase() {
    assertRefused(run("--case", "vit-tiny"), "--case: 'vit-tiny' is not known");
  }

  @Test
  void refusesZeroRounds() {
    assertRefused(run("--rounds=0"), "--rounds 0: both must be at least 1");
  }

  @Test
  void refusesSettingsWithoutAConfiguration() {
    assertRefused(run("--set", "training.batch=4"), "--set training.batch=4: needs --config");
  }

  @Test
  void refusesAnUnknownMatrixLibrary() {
    assertRefused(run("--peer", "--blas", "blis"), "--blas");
  }

  @Test
  void refusesAMatrixLibraryOfNoPeer() {
    assertRefused(run("--blas", "mkl"), "--blas: is the peer's, which --peer asks for");
  }

  @Test
  void refusesWhatTheProcessOfTheStepRefuses() {
    assertRefused(
        run("--config", config.toString(), "--set", "training.batch=3", "--rounds=1"),
        "fewer than one step takes");
  }

  private static void assertRefused(CommandRun execution, String message) {
    assertThat(execution.errors()).anyMatch(line -> line.contains(message));
    assertThat(execution.code()).isEqualTo(2);
  }

  private static CommandRun run(String... arguments) {
    return new CommandRun(new StepCommand(), arguments);
  }
}
