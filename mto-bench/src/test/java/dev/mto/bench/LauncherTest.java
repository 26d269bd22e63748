package dev.mto.bench;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
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
    return printed(archive(), variable, environment);
  }

  private Path archive() throws IOException {
    Path archive = Files.createDirectories(folder.resolve("archive/lib"));
    Files.writeString(archive.resolve("commit"), "none");
    return Files.copy(Path.of("../mto"), archive.resolveSibling("mto"));
  }

  private String printed(Path mto, String variable, Map<String, String> environment)
      throws IOException, InterruptedException {
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
  void aLinkOnThePathIsTheScriptItLeadsTo() throws Exception {
    Path link = Files.createDirectories(folder.resolve("bin")).resolve("mto");
    Files.createSymbolicLink(link, archive());

    assertThat(printed(link, "CUDA_DEVICE_ORDER", Map.of())).isEqualTo("PCI_BUS_ID");
  }

  /** A tree whose build writes its jars anew, as Maven does. */
  @Test
  void jobsRunFromCopiesThatALaterBuildLeavesAlone() throws Exception {
    Path tree = Files.createDirectories(folder.resolve("tree with blanks"));
    Files.copy(Path.of("../mto"), tree.resolve("mto"));
    Files.writeString(tree.resolve("pom.xml"), "");
    Path target = Files.createDirectories(tree.resolve("mto-bench/target"));
    Path maven = Files.createDirectories(folder.resolve("maven")).resolve("mvn");
    Files.writeString(
        maven,
        """
        #!/bin/sh
        [ "$1" = -version ] && echo "Apache Maven 3.9.9" && exit
        cd mto-bench/target
        date +%N > mto-bench.jar && date +%N > ../mto-engine.jar
        echo "$(dirname "$PWD")/mto-engine.jar:/elsewhere/nd4j.jar" > dependencies.classpath
        """);
    assertThat(maven.toFile().setExecutable(true)).isTrue();
    Map<String, String> path = Map.of("PATH", maven.getParent() + ":" + System.getenv("PATH"));

    String first = lastLine(printed(tree.resolve("mto"), "*", path));
    Files.writeString(tree.resolve("pom.xml"), "another");
    Files.setLastModifiedTime(tree.resolve("pom.xml"), FileTime.from(Instant.now().plusSeconds(9)));
    String[] own = classPath(first);
    byte[] before = Files.readAllBytes(Path.of(own[1]));
    Process other =
        new ProcessBuilder("flock", tree + "/.mto-building.lock", "sh", "-c", "echo; sleep 2")
            .start();
    assertThat(other.getInputStream().read()).as("it has the lock").isEqualTo('\n');
    String waited = printed(tree.resolve("mto"), "*", path);
    String second = lastLine(waited);

    assertThat(waited).contains("another process builds " + tree + "; waiting for it");
    assertThat(own).hasSize(3).contains("/elsewhere/nd4j.jar");
    assertThat(own[0]).startsWith(target + "/jars-").endsWith("/mto-bench.jar");
    assertThat(classPath(second)[1]).isNotEqualTo(own[1]);
    assertThat(Path.of(own[1])).hasBinaryContent(before);
    assertThat(Path.of(classPath(second)[1]).toFile()).exists();
    assertThat(tree.resolve("mto-engine.jar")).doesNotExist();
  }

  private static String lastLine(String text) {
    return text.substring(text.lastIndexOf('\n') + 1);
  }

  private static String[] classPath(String arguments) {
    return arguments.replaceAll(".* -cp (.*) dev\\.mto\\.bench\\.Mto .*", "$1").split(":");
  }

  @Test
  void anOrderOfGpusThatIsSetStays() throws Exception {
    assertThat(printed("CUDA_DEVICE_ORDER", Map.of("CUDA_DEVICE_ORDER", "FASTEST_FIRST")))
        .isEqualTo("FASTEST_FIRST");
  }
}
