package dev.mto.speed.gpu;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.mto.executor.cuda.CudaGpu;
import dev.mto.speed.step.Children;
import dev.mto.speed.step.StandardCase;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The report of a GPU where something is wrong. */
class GpuReportTest {
  private static final CudaGpu GPU = new CudaGpu(0, "a GPU", 86);

  @TempDir private Path folder;

  private static ObjectNode entry(String kernel, boolean passed) {
    return new ObjectMapper()
        .createObjectNode()
        .put("kernel", kernel)
        .put("shape", "[3]")
        .put("error", passed ? 1e-7 : Double.NaN)
        .put("bound", 1e-5)
        .put("passed", passed);
  }

  @Test
  void oneThatIsWrongMakesTheReportUnsound() throws IOException {
    GpuReport report = GpuReport.in(folder, GPU);
    report.add("kernels", entry("softmax", true));
    assertThat(report.isSound()).isTrue();
    report.add("kernels", entry("product", false));
    report.add("kernels", entry("gather", true));

    assertThat(report.isSound()).isFalse();
    JsonNode written = new ObjectMapper().readTree(folder.resolve("gpu.json").toFile());
    assertThat(written.get("sound").asBoolean()).isFalse();
    assertThat(written.at("/machine/compute_capability").asText()).isEqualTo("8.6");
    assertThat(folder.resolve("gpu.md"))
        .content()
        .contains("**Something is wrong.**")
        .contains("| softmax | [3] | 1.0e-07 | 1.0e-05 | yes |")
        .contains("| product | [3] | NaN | 1.0e-05 | **NO** |");
  }

  /** Of a GPU that no machine has. */
  @Test
  void whatFailsIsWrittenDown() throws IOException {
    GpuReport report = GpuReport.in(folder, GPU);
    boolean sound =
        new GpuBenchmark(
                Workload.QUICK, List.of(), List.of(), List.of("float32"), 1, Optional.empty())
            .run(report, new Children("cuda:999", null));

    assertThat(sound).isFalse();
    assertThat(folder.resolve("gpu.md"))
        .content()
        .contains("**Failed:** kernels alone: kernels alone failed: ", "CudaException");
  }

  @Test
  void aBatchThatDoesNotFitIsNothingWrong() throws IOException {
    GpuReport report = GpuReport.in(folder, GPU);
    report.add(
        "steps",
        new ObjectMapper()
            .createObjectNode()
            .put("what", "steps of mae in float32, 256 images")
            .put("does_not_fit", "it needs 30.1 GB, 120 images would fit"));

    assertThat(report.isSound()).isTrue();
    assertThat(folder.resolve("gpu.md"))
        .content()
        .contains("All so far agrees.")
        .contains("Does not fit: steps of mae in float32, 256 images: it needs 30.1 GB, 120 images")
        .doesNotContain("Failed");
  }

  @ParameterizedTest
  @ValueSource(strings = {"simmim", "mae", "bootmae", "conmim"})
  void everyMethodHasItsModelsOfBothSizes(String method) throws IOException {
    for (Workload workload : List.of(Workload.QUICK, Workload.FULL)) {
      String[] small = workload.small().settings(method).toArray(String[]::new);
      Path own = folder.resolve(method + workload.small().dim());
      assertThat(new StandardCase(method, "vit-tiny", 2).prepare(own, small).with().vit().dim())
          .isEqualTo(workload.small().dim());
    }
    assertThat(Workload.QUICK.compared(method)).extracting("name").containsExactly("small");
    assertThat(Workload.FULL.compared(method))
        .extracting("name")
        .containsExactly("small", "vit-base");
    assertThat(
            new StandardCase(method, Workload.FULL.steps(), 2)
                .prepare(folder.resolve(method))
                .with()
                .vit()
                .dim())
        .isEqualTo(768);
  }
}
