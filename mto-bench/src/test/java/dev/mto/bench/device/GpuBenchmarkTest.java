package dev.mto.bench.device;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.mto.bench.Execution;
import dev.mto.engine.testing.CommandRun;
import dev.mto.executor.cuda.EmulatedCuda;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIf;
import org.junit.jupiter.api.io.TempDir;

/** {@code bench gpu} from its first part to its last, on an emulated GPU. */
@EnabledIf(
    value = "dev.mto.executor.cuda.EmulatedCuda#isPossible",
    disabledReason = EmulatedCuda.NEEDS)
class GpuBenchmarkTest {
  @TempDir private static Path root;

  @BeforeAll
  static void install() {
    EmulatedCuda.install();
  }

  @AfterAll
  static void uninstall() {
    EmulatedCuda.uninstall();
  }

  @Test
  void oneCommandChecksAndMeasuresAGpuAndWritesOneReport() throws IOException {
    Path out = root.resolve("report");
    CommandRun run =
        Execution.ofLine(
            "bench gpu --quick --device cuda:1 --methods mae --precision float32 --batch 2"
                + " --steps 2 --peer --python %s --out %s",
            python(), out);

    run.assertDone();
    JsonNode report = new ObjectMapper().readTree(out.resolve("gpu.json").toFile());
    assertThat(report.at("/sound").asBoolean()).isTrue();
    assertThat(report.at("/machine/gpu").asText()).isEqualTo("emulated GPU 1");
    assertThat(report.at("/machine/compute_capability").asText()).isEqualTo("9.0");
    assertThat(report.at("/machine/NVIDIA driver").asText()).contains("CUDA up to 13.0");
    assertThat(report.at("/machine/cuBLASLt").asText()).startsWith("13.0.0, ");
    assertThat(report.at("/kernels")).hasSizeGreaterThan(50);
    assertThat(report.at("/products/0/tflops").asDouble()).isPositive();
    assertThat(report.at("/plans/0/gradient_difference").asDouble()).isBetween(1e-9, 1e-4);
    assertThat(report.at("/resumed_runs/0/steps").asInt()).isEqualTo(6);
    assertThat(report.at("/resumed_runs/0/same_weights_and_moments").asBoolean()).isTrue();
    JsonNode with = report.at("/steps/0/with_mto");
    assertThat(with.get("images_per_s").asDouble())
        .isEqualTo(2 * 1e3 / with.get("ms_median").asDouble());
    assertThat(with.get("peak_mb").asDouble()).isBetween(32.0, 200.0);
    assertThat(with.get("total_mb").asDouble()).isEqualTo(8192);
    assertThat(with.get("graphs_started").asInt()).as("after a first step").isEqualTo(2);
    assertThat(report.at("/profiles/0/ms")).hasSizeGreaterThan(10);
    assertThat(report.at("/peer").asText()).isEqualTo("torch 2.9.0");
    assertThat(report.at("/peers"))
        .extracting(step -> step.get("how").asText() + step.get("batch"))
        .containsExactly("eager2", "compiled2");
    assertThat(report.at("/peers/1/ours_over_it").asDouble())
        .isEqualTo(report.at("/steps/0/without_mto/images_per_s").asDouble() / 1000);
    assertThat(out.resolve("gpu.md"))
        .content()
        .contains("# emulated GPU 1", "All so far agrees.", "## Training steps")
        .doesNotContain("NO", "Failed");

    Execution.ofLine("bench gpu --quick --device cuda:1 --out %s", out)
        .assertRefused("a report is there already, which is kept");
  }

  /** Stands for a Python with PyTorch: two images in two milliseconds. */
  private static Path python() throws IOException {
    Path program = root.resolve("python");
    Files.writeString(
        program,
        """
        #!/bin/sh
        cat > /dev/null
        if [ $# = 2 ]; then echo '{"versions": {"torch": "2.9.0"}}'; exit; fi
        echo '{"ms": [2, 2], "losses": [1], "peak_mb": 100}'
        """);
    Files.setPosixFilePermissions(program, PosixFilePermissions.fromString("rwx------"));
    return program;
  }

  @Test
  void aMissingPeerIsRefusedBeforeAnythingIsMeasured() {
    Path out = root.resolve("no-peer");
    Execution.ofLine("bench gpu --peer --python %s --out %s", root.resolve("nothing"), out)
        .assertRefused("--peer: cannot start ", "install PyTorch for CUDA");
    assertThat(out).doesNotExist();
  }

  @Test
  void theProcessorIsNoGpu() {
    Execution.ofLine("bench gpu --device cpu --out %s", root.resolve("none"))
        .assertRefused("--device: bench gpu measures a GPU, and the CPU was chosen");
  }

  @Test
  void whatIsNotKnownIsRefused() {
    Execution.ofLine("bench gpu --methods beit --out %s", root.resolve("none"))
        .assertRefused("--methods: 'beit' is not known; there are: simmim, mae, bootmae, conmim");
    Execution.ofLine("bench gpu --batch 0 --out %s", root.resolve("none"))
        .assertRefused("--batch [0], --steps 10: all must be at least 1");
    assertThat(root.resolve("none")).doesNotExist();
  }
}
