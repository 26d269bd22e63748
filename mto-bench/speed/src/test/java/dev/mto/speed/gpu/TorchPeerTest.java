package dev.mto.speed.gpu;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.mto.engine.errors.UserException;
import dev.mto.executor.cuda.CudaGpu;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** PyTorch's steps, by programs that stand for Python, and by the script where there is one. */
@DisabledOnOs(OS.WINDOWS)
class TorchPeerTest {
  private static final CudaGpu GPU = new CudaGpu(1, "a GPU", 90);
  private static final String VERSIONS =
      "{\"versions\": {\"torch\": \"2.9.0\", \"CUDA\": \"12.8\"}}";

  @TempDir private Path folder;

  /** Keeps the script and its arguments; answers to the device alone, and to all arguments. */
  private String python(String toDevice, String toAll) throws IOException {
    Path program = folder.resolve("python");
    Files.writeString(
        program,
        """
        #!/bin/sh
        cat > %1$s/script.py
        echo "$@" >> %1$s/arguments
        if [ $# = 2 ]; then echo '%2$s'; else echo '%3$s'; fi
        """
            .formatted(folder, toDevice, toAll));
    Files.setPosixFilePermissions(program, PosixFilePermissions.fromString("rwx------"));
    return program.toString();
  }

  @Test
  void aStepIsTimedOnTheSameGpuAndComparedWithOurs() throws IOException {
    String python = python(VERSIONS, "{\"ms\": [40, 20, 80], \"losses\": [1.5], \"peak_mb\": 512}");
    TorchPeer peer = TorchPeer.start(python, GPU);
    ObjectNode step = peer.measure("mae", 64, "tf32", "compiled", 3, 800);

    assertThat(peer.versions()).isEqualTo("CUDA 12.8, torch 2.9.0");
    assertThat(folder.resolve("arguments"))
        .hasContent("- cuda:1\n- cuda:1 mae 64 tf32 compiled 3\n");
    assertThat(folder.resolve("script.py")).content().contains("torch.compile(model)");
    assertThat(step.get("ms_median").asDouble()).isEqualTo(40);
    assertThat(step.get("ms_min").asDouble()).isEqualTo(20);
    assertThat(step.get("images_per_s").asDouble()).isEqualTo(1600);
    assertThat(step.get("ours_over_it").asDouble()).isEqualTo(0.5);
    assertThat(step.get("peak_mb").asDouble()).isEqualTo(512);
  }

  @Test
  void aPeerThatFailsMakesNoReportUnsound() throws IOException {
    String python = python(VERSIONS, "{\"failed\": \"OutOfMemoryError: CUDA out of memory\"}");
    GpuReport report = GpuReport.in(folder.resolve("report"), GPU);
    report.put("peer", "torch 2.9.0");
    report.add("peers", TorchPeer.start(python, GPU).measure("mae", 256, "tf32", "eager", 3, 800));

    assertThat(report.isSound()).isTrue();
    assertThat(folder.resolve("report/gpu.md"))
        .content()
        .contains("## The same steps without MTO by PyTorch, torch 2.9.0")
        .contains("**Failed:** PyTorch, eager: mae in tf32, 256 images: OutOfMemoryError: CUDA");
  }

  @Test
  void whatIsMissingIsRefusedInOneLine() throws IOException {
    String none = folder.resolve("none").toString();
    assertRefused(none, "--peer: cannot start " + none);
    assertRefused(python("{\"missing\": \"torch\"}", ""), "/python has no torch; install PyTorch");
    assertRefused(python("hello", ""), "/python gave no answer that can be read");
  }

  private static void assertRefused(String python, String message) {
    assertThatThrownBy(() -> TorchPeer.start(python, GPU))
        .isInstanceOf(UserException.class)
        .hasMessageContaining(message)
        .hasMessageContaining("or leave out --peer")
        .message()
        .doesNotContain("\n");
  }

  /** No machine has that GPU, and few have PyTorch. */
  @Test
  void theScriptItselfSaysWhatIsMissing() throws IOException, InterruptedException {
    assumeTrue(hasPython(), "there is no python3");
    assertThatThrownBy(() -> TorchPeer.start("python3", new CudaGpu(999, "none", 90)))
        .isInstanceOf(UserException.class)
        .message()
        .containsPattern("python3 (has no torch|has no GPU that PyTorch .* can use|ended with)");
  }

  private static boolean hasPython() throws InterruptedException {
    try {
      return new ProcessBuilder("python3", "--version").start().waitFor() == 0;
    } catch (IOException e) {
      return false;
    }
  }
}
