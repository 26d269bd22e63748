package dev.mto.simmim;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mto.engine.command.Main;
import dev.mto.engine.testing.TinyRun;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The training job as a process of its own, killed as by a power cut and resumed. */
class KilledRunResumesTest {
  private static final int STEPS = 5 * TinyRun.TRAIN / 8;
  private static final long PATIENCE_SECONDS = 60;
  private static final String RARE = "checkpoint.every_minutes=60";
  private static final String AT_EVERY_STEP = "checkpoint.every_minutes=0.0000001";

  @TempDir private static Path root;
  private static TinyRun tiny;
  private static Path undisturbed;

  @BeforeAll
  static void trainWithoutInterruption() throws IOException, InterruptedException {
    tiny = TinySimMim.in(root);
    undisturbed = root.resolve("undisturbed");
    assertThat(waitFor(start(undisturbed, RARE))).isZero();
    assertThat(TinyRun.metrics(undisturbed)).hasSize(STEPS);
  }

  @Test
  void beforeTheFirstCheckpoint() throws IOException, InterruptedException {
    Path run = root.resolve("early");

    kill(run, RARE, r -> rows(r) >= 2);
    assertThat(TinyRun.last(run)).doesNotExist();

    resume(run, RARE, "no checkpoint yet: starting again from step 0");
  }

  @Test
  void whileACheckpointIsWritten() throws IOException, InterruptedException {
    Path run = root.resolve("writing");
    Path temporary = run.resolve("checkpoints/last.safetensors.tmp");

    kill(run, AT_EVERY_STEP, r -> rows(r) >= 3 && Files.exists(temporary));
    assertThat(TinyRun.last(run)).exists();

    resume(run, AT_EVERY_STEP, "resuming after step");
    assertThat(temporary).doesNotExist();
  }

  @Test
  void inTheMiddleOfAnEpoch() throws IOException, InterruptedException {
    Path run = root.resolve("middle");

    kill(run, AT_EVERY_STEP, r -> rows(r) >= 9);

    resume(run, AT_EVERY_STEP, "resuming after step");
  }

  private static void kill(Path run, String setting, Predicate<Path> moment)
      throws IOException, InterruptedException {
    Process process = start(run, setting);
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(PATIENCE_SECONDS);
    while (!moment.test(run)) {
      assertThat(process.isAlive()).as("the run did not last until it was killed").isTrue();
      assertThat(System.nanoTime()).as("time to reach the moment").isLessThan(deadline);
    }
    process.destroyForcibly();
    assertThat(waitFor(process)).isNotZero();
    assertThat(rows(run)).isLessThan(STEPS);
  }

  private static void resume(Path run, String setting, String logged)
      throws IOException, InterruptedException {
    assertThat(waitFor(start(run, setting, "--resume"))).isZero();

    assertThat(Files.readString(run.resolve("train.log"))).contains(logged);
    assertThat(TinyRun.metrics(run)).isEqualTo(TinyRun.metrics(undisturbed));
    assertThat(TinyRun.last(run)).hasSameBinaryContentAs(TinyRun.last(undisturbed));
    assertThat(run.resolve("report.html")).exists();
  }

  private static Process start(Path run, String setting, String... more) throws IOException {
    List<String> command =
        new ArrayList<>(
            List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx512m",
                "-XX:TieredStopAtLevel=1",
                "-cp",
                System.getProperty("java.class.path"),
                Main.class.getName(),
                "--config",
                tiny.yaml().toString(),
                "--out",
                run.toString()));
    Stream.of("data.val=null", "training.epochs=5", setting)
        .forEach(s -> command.addAll(List.of("--set", s)));
    command.addAll(List.of(more));
    ProcessBuilder builder = new ProcessBuilder(command);
    builder.environment().put("OMP_NUM_THREADS", "1");
    return builder
        .redirectErrorStream(true)
        .redirectOutput(ProcessBuilder.Redirect.appendTo(console(run).toFile()))
        .start();
  }

  private static Path console(Path run) {
    return run.resolveSibling(run.getFileName() + ".console");
  }

  private static int waitFor(Process process) throws InterruptedException {
    if (!process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
      process.destroyForcibly();
      throw new AssertionError("the process did not end in " + PATIENCE_SECONDS + " s");
    }
    return process.exitValue();
  }

  /** Whole lines of the metrics so far. */
  private static long rows(Path run) {
    Path metrics = run.resolve("metrics.jsonl");
    try {
      return Files.exists(metrics)
          ? Files.readString(metrics).chars().filter(c -> c == '\n').count()
          : 0;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
