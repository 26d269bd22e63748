package dev.mto.bench.faults;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.mto.bench.ColouredImages;
import dev.mto.engine.testing.TinyRun;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * A run on a file system that is too small, becomes full, read-only, or goes away: it ends with one
 * line that names a file, and what was saved resumes to the same end. Needs a Linux where a process
 * may mount a file system of its own.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class FullDiskTest {
  private static final int FAILED = 1;
  private static final String UNTIL_ITS_THIRD_STEP =
      "until [ $(cat %s/metrics.jsonl 2> /dev/null | wc -l) -ge 3 ]; do sleep .02; done";

  private Path root;
  private Path undisturbed;

  @BeforeAll
  void trainWithoutInterruption(@TempDir Path folder) throws IOException, InterruptedException {
    root = folder;
    assumeTrue(shell("mount -t tmpfs tmpfs " + Files.createDirectories(root.resolve("disk"))) == 0);
    ColouredImages.write(root.resolve("train"), 8, 1);
    Files.writeString(
        root.resolve("mae.yaml"),
        """
        baseline: mae
        model: { preset: vit-tiny, image: [32, 32], patch: 8, dim: 32, depth: 1, heads: 2 }
        options: { decoder_dim: 32, decoder_depth: 1, decoder_heads: 2 }
        data: { train: %1$s/train, workers: 1 }
        training: { epochs: 20, batch: 12, accumulate: 1, lr_scale_batch: none, warmup_epochs: 0 }
        checkpoint: { every_minutes: 0.0000001, every_epochs: 5, keep: 2 }
        log: { pictures_every_epochs: 10, knn_every_epochs: 0 }
        """
            .formatted(root));
    undisturbed = root.resolve("undisturbed");
    assertThat(shell(train(undisturbed))).isZero();
  }

  /**
   * Nothing can be written, a checkpoint fits, six files; in the long run also nothing fits, the
   * beginning does, several checkpoints.
   */
  static Stream<String> disks() {
    Stream<String> always = Stream.of("ro", "size=600k", "nr_inodes=6");
    boolean quick = Integer.getInteger("mto.faults.kills", 2) <= 2;
    return quick ? always : Stream.concat(always, Stream.of("size=8k", "size=100k", "size=1500k"));
  }

  @ParameterizedTest
  @Execution(ExecutionMode.CONCURRENT)
  @MethodSource("disks")
  void aDiskThatIsTooSmallLosesNothingThatWasSaved(String options)
      throws IOException, InterruptedException {
    Path kept = root.resolve("kept " + options).toAbsolutePath();

    int code =
        shell(
            mounted(options),
            train(disk()),
            "code=$?",
            "cp -r '" + disk().getParent() + "' '" + kept + "'",
            "exit $code");

    assertThat(code).as(console()).isEqualTo(FAILED);
    assertOneLineAbout(disk().getParent());
    assertResumes(kept.resolve("run"));
  }

  @Test
  @Execution(ExecutionMode.CONCURRENT)
  void aStopOnADiskThatIsFullIsSaidAndKeepsWhatWasSaved() throws IOException, InterruptedException {
    Path kept = root.resolve("kept full").toAbsolutePath();

    int code =
        shell(
            mounted("size=8000k"),
            train(disk()) + " &",
            UNTIL_ITS_THIRD_STEP.formatted(disk()),
            "head -c 9000000 /dev/zero > " + disk().getParent() + "/filler",
            "kill -TERM $!",
            "wait $!",
            "code=$?",
            "cp -r '" + disk().getParent() + "' '" + kept + "'",
            "exit $code");

    assertThat(code).as(console()).isEqualTo(FAILED);
    assertOneLineAbout(disk());
    assertResumes(kept.resolve("run"));
  }

  @Test
  @Execution(ExecutionMode.CONCURRENT)
  void aFolderThatIsDeletedMeanwhileIsSaid() throws IOException, InterruptedException {
    Path run = root.resolve("deleted");

    int code =
        shell(
            train(run) + " &",
            UNTIL_ITS_THIRD_STEP.formatted(run),
            "mv " + run + " " + run + ".gone", // at once: rm fails where a file is made meanwhile
            "wait $!");

    assertThat(code).as(console()).isEqualTo(FAILED);
    assertOneLineAbout(run);
    assertThat(run).as("half of a run is not made again").doesNotExist();
  }

  private Path disk() {
    return root.resolve("disk/run");
  }

  private String mounted(String options) {
    return "mount -t tmpfs -o " + options + " tmpfs " + root.resolve("disk");
  }

  private String train(Path run) {
    return JobProcess.commandLine(
            List.of(
                "pretrain",
                "--resume",
                "--config",
                root.resolve("mae.yaml").toString(),
                "--out",
                run.toString()))
        .stream()
        .map(word -> "'" + word + "'")
        .collect(Collectors.joining(" "));
  }

  /** Runs commands where mounts are not seen from outside. */
  private int shell(String... commands) throws IOException, InterruptedException {
    ProcessBuilder builder =
        new ProcessBuilder("unshare", "-rm", "sh", "-c", String.join("\n", commands))
            .redirectErrorStream(true)
            .redirectOutput(consoleFile().toFile());
    builder.environment().put("OMP_NUM_THREADS", "1");
    return builder.start().waitFor();
  }

  private String console() throws IOException {
    return Files.readString(consoleFile());
  }

  /** Tests that run at the same time have threads of their own. */
  private Path consoleFile() {
    return root.resolve("console of " + Thread.currentThread().getName());
  }

  private void assertOneLineAbout(Path folder) throws IOException {
    assertThat(console().lines().filter(line -> line.startsWith("error: ")))
        .as(console())
        .hasSize(1)
        .allSatisfy(
            line -> assertThat(line).contains(folder.toString()).contains("cannot be written"));
    assertThat(console()).doesNotContain("Exception");
  }

  private void assertResumes(Path run) throws IOException, InterruptedException {
    assertThat(shell(train(run))).as(console()).isZero();
    assertThat(TinyRun.metrics(run)).isEqualTo(TinyRun.metrics(undisturbed));
    assertThat(TinyRun.last(run)).hasSameBinaryContentAs(TinyRun.last(undisturbed));
  }
}
