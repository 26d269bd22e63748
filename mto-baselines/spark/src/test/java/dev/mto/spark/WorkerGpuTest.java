package dev.mto.spark;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mto.engine.collective.PortRange;
import dev.mto.engine.errors.UserException;
import dev.mto.engine.folder.RunFolder;
import dev.mto.engine.folder.Start;
import dev.mto.engine.run.ClusterJob;
import dev.mto.engine.run.ClusterTraining;
import dev.mto.engine.testing.TinyRun;
import dev.mto.executor.cuda.EmulatedCuda;
import dev.mto.simmim.SimMim;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIf;
import org.junit.jupiter.api.io.TempDir;

/** Workers on GPUs: emulated ones, two on each machine. */
class WorkerGpuTest {
  private static final String OPTIONS = "spark.executor.extraJavaOptions";
  private static final String[] RESOURCES = {
    "spark.worker.resource.gpu.amount",
    "spark.executor.resource.gpu.amount",
    "spark.task.resource.gpu.amount"
  };
  private static final String NAME = "spark.executorEnv.EMULATED_GPU_NAME";
  private static final String FAILS = "spark.executorEnv.EMULATED_GPU_FAILS";
  private static final String SCRIPT = "spark.worker.resource.gpu.discoveryScript";

  private static final String[] SETTINGS = {
    "training.epochs=1",
    "training.accumulate=2",
    "log={heterogeneity_every: 2, knn_every_epochs: 0, pictures_every_epochs: 0}"
  };

  @TempDir private Path root;

  @AfterEach
  void forgetSettings() {
    EmulatedCuda.uninstall();
    System.clearProperty(OPTIONS);
    System.clearProperty(NAME);
    System.clearProperty(FAILS);
    System.clearProperty(SCRIPT);
    for (String key : RESOURCES) {
      System.clearProperty(key);
    }
  }

  private static ClusterJob job(TinyRun tiny, String name) {
    return new ClusterJob(
        tiny.config(SETTINGS).withAbsolutePaths(),
        RunFolder.create(tiny.root().resolve(name)).root(),
        Start.anew(),
        "local[2]",
        2,
        PortRange.any(),
        2);
  }

  private static String train(ClusterJob job) {
    ByteArrayOutputStream shown = new ByteArrayOutputStream();
    try (PrintStream console = new PrintStream(shown, true, StandardCharsets.UTF_8)) {
      assertThat(ClusterTraining.found().train(job, console)).as("done").isTrue();
    }
    return shown.toString(StandardCharsets.UTF_8);
  }

  /** Has Spark give each worker the second GPU of its machine. */
  private void dealOutSecond() {
    try {
      Path script = root.resolve("gpus.sh");
      Files.writeString(script, "#!/bin/sh\necho '{\"name\": \"gpu\", \"addresses\": [\"1\"]}'\n");
      assertThat(script.toFile().setExecutable(true)).isTrue();
      System.setProperty(SCRIPT, script.toString());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    for (String key : RESOURCES) {
      System.setProperty(key, "1");
    }
  }

  @Test
  @EnabledIf(
      value = "dev.mto.executor.cuda.EmulatedCuda#isPossible",
      disabledReason = EmulatedCuda.NEEDS)
  void executorsOnGpusOfSparkOrOfTheirRankMakeTheBitsOfOneProcess() {
    TinyRun tiny = new TinyRun(new SimMim(), root, "masking={ratio: 0.5, unit: 8}");
    EmulatedCuda.install();
    System.setProperty(
        OPTIONS,
        "-Dmto.cuda.libraries=%s -Dmto.cuda.cache=%s"
            .formatted(
                System.getProperty("mto.cuda.libraries"), System.getProperty("mto.cuda.cache")));
    System.setProperty(NAME, "emulated");
    EmulatedCuda.during(
        gpu -> {
          Path one = tiny.train("one", SETTINGS);
          ClusterJob ofRanks = job(tiny, "ranks");
          assertThat(train(ofRanks)).contains("GPU 0, emulated");
          assertSame(ofRanks.root(), one);
          dealOutSecond();
          failOnce();
          ClusterJob ofSpark = job(tiny, "spark");
          assertThat(train(ofSpark))
              .contains("GPU 1, emulated")
              .containsPattern(
                  "rank [01] on \\S+: its process is replaced\n"
                      + "rank [01] on \\S+: the GPU failed while .* 719.*; going on from the last")
              .doesNotContain("attempt 3");
          assertSame(ofSpark.root(), one);
          return null;
        });
  }

  /** Makes the first kernel of one worker fail, and all that its process asks for after it. */
  private void failOnce() {
    try {
      System.setProperty(FAILS, Files.createFile(root.resolve("failure")).toString());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static void assertSame(Path run, Path one) {
    assertThat(TinyRun.metrics(run)).isEqualTo(TinyRun.metrics(one)).hasSize(3);
    assertThat(TinyRun.last(run)).hasSameBinaryContentAs(TinyRun.last(one));
  }

  @Test
  void theAddressThatSparkGivesIsTheNumberOfTheGpu() {
    assertThat(WorkerGpu.ordinal(Optional.of(List.of("3")), Optional.of(0))).isEqualTo(3);
    assertThat(WorkerGpu.ordinal(Optional.empty(), Optional.of(1))).isEqualTo(1);
  }

  @Test
  void noGpuSeveralAndOneWithoutANumberAreRefusedWithWhatToSet() {
    assertThatThrownBy(() -> WorkerGpu.ordinal(Optional.empty(), Optional.empty()))
        .isInstanceOf(UserException.class)
        .hasMessageContaining("no GPU; set spark.executor.resource.gpu.amount=1 and");
    assertThatThrownBy(() -> WorkerGpu.ordinal(Optional.of(List.of("0", "1")), Optional.empty()))
        .isInstanceOf(UserException.class)
        .hasMessageContaining("2 GPUs, and it computes on one; set");
    assertThatThrownBy(() -> WorkerGpu.ordinal(Optional.of(List.of("GPU-1a")), Optional.empty()))
        .isInstanceOf(UserException.class)
        .hasMessageContaining("calls the GPU 'GPU-1a'; have it print the numbers of nvidia-smi");
  }
}
