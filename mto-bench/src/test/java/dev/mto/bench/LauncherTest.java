package dev.mto.bench;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** What the script {@code mto} gives Java, seen by one that only prints it. */
@EnabledOnOs(OS.LINUX)
class LauncherTest {
  @TempDir private Path folder;

  private String printed(String variable, Map<String, String> environment)
      throws IOException, InterruptedException {
    Path archive = Files.createDirectories(folder.resolve("archive/lib"));
    Files.writeString(archive.resolve("commit"), "none");
    Path mto = Files.copy(Path.of("../mto"), archive.resolveSibling("mto"));
    Path java = Files.createDirectories(folder.resolve("java/bin")).resolve("java");
    Files.writeString(java, "#!/bin/sh\necho $" + variable);
    assertThat(java.toFile().setExecutable(true)).isTrue();
    Files.writeString(folder.resolve("java/release"), "JAVA_VERSION=\"17.0.1\"\n");
    ProcessBuilder builder = new ProcessBuilder("sh", mto.toString(), "doctor");
    builder.environment().remove(variable);
    builder.environment().put("JAVA_HOME", folder.resolve("java").toString());
    builder.environment().putAll(environment);
    Process process = builder.redirectErrorStream(true).start();
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor()).as(output).isZero();
    return output.strip();
  }

  /** So that {@code --device cuda:N} is the GPU that nvidia-smi calls N. */
  @Test
  void gpusAreNumberedAsByNvidiaSmi() throws Exception {
    assertThat(printed("CUDA_DEVICE_ORDER", Map.of())).isEqualTo("PCI_BUS_ID");
  }

  @Test
  void anOrderOfGpusThatIsSetStays() throws Exception {
    assertThat(printed("CUDA_DEVICE_ORDER", Map.of("CUDA_DEVICE_ORDER", "FASTEST_FIRST")))
        .isEqualTo("FASTEST_FIRST");
  }
}
