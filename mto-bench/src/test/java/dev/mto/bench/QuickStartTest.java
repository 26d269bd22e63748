package dev.mto.bench;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Commands that only inform do not load what makes a start slow. */
class QuickStartTest {
  private static final String BACKEND = " org.nd4j.linalg.factory.Nd4j ";

  @TempDir private Path folder;

  @Test
  void theVersionNeedsNeitherBackendNorCommandLine() throws Exception {
    Start start = start("--version");

    assertThat(start.out()).startsWith("mto ").contains("ND4J ");
    assertThat(start.classes()).doesNotContain(BACKEND).doesNotContain(" picocli.CommandLine ");
  }

  @Test
  void theVersionIsTheCommandLinesOwn() throws Exception {
    assertThat(start("--version").out()).isEqualTo(Execution.of("--version").out());
  }

  @Test
  void helpNeedsNoBackend() throws Exception {
    Start start = start("--help");

    assertThat(start.out()).contains("pretrain");
    assertThat(start.classes()).doesNotContain(BACKEND);
  }

  @Test
  void theDoctorLoadsTheBackendOnlyWhenAsked() throws Exception {
    Start unasked = start("doctor");
    Start asked = start("doctor", "--load");

    assertThat(unasked.out()).contains("backend").contains("GPU").doesNotContain("loaded in");
    assertThat(unasked.classes()).doesNotContain(BACKEND);
    assertThat(asked.out()).contains("loaded in").contains("blas.vendor");
    assertThat(asked.classes()).contains(BACKEND);
  }

  private Start start(String... arguments) throws IOException, InterruptedException {
    Path classes = folder.resolve("classes");
    Path out = folder.resolve("out");
    List<String> command =
        new ArrayList<>(
            List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xlog:class+load:file=" + classes,
                "-cp",
                System.getProperty("java.class.path"),
                Mto.class.getName()));
    command.addAll(List.of(arguments));
    // a virtual machine may have something to say of its own, as with JAVA_TOOL_OPTIONS
    Path errors = folder.resolve("errors");
    Process process =
        new ProcessBuilder(command)
            .redirectError(errors.toFile())
            .redirectOutput(out.toFile())
            .start();
    assertThat(process.waitFor(2, TimeUnit.MINUTES)).as("ended").isTrue();
    assertThat(process.exitValue()).as(Files.readString(errors)).isZero();
    return new Start(Files.readString(out), Files.readString(classes));
  }

  private record Start(String out, String classes) {}
}
