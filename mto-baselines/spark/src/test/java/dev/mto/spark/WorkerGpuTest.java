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
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Predicate;
import org.apache.spark.SparkConf;
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
  private static final String COUNT = "spark.executorEnv.EMULATED_GPUS";
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
    System.clearProperty(COUNT);
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
    return shown(console -> ClusterTraining.found().train(job, console));
  }

  /** What is shown of something that comes to its end. */
  private static String shown(Predicate<PrintStream> done) {
    ByteArrayOutputStream shown = new ByteArrayOutputStream();
    try (PrintStream console = new PrintStream(shown, true, StandardCharsets.UTF_8)) {
      assertThat(done.test(console)).as("done").isTrue();
    }
    return shown.toString(StandardCharsets.UTF_8);
  }

  /** As {@link #train}, and notes the executors that there are meanwhile. */
  private static String trainWatched(ClusterJob job, Set<Long> processes) {
    Thread watch =
        new Thread(
            () -> {
              while (!Thread.interrupted()) {
                ProcessHandle.current()
                    .descendants()
                    .filter(process -> process.info().command().orElse("").endsWith("java"))
                    .forEach(process -> processes.add(process.pid()));
                LockSupport.parkNanos(10_000_000);
              }
            });
    watch.setDaemon(true);
    watch.start();
    try {
      return train(job);
    } finally {
      watch.interrupt();
    }
  }

  /** Has Spark find the last two of the four GPUs of its workers, one each. */
  private void dealOutLastTwo() {
    write(
        "gpus.sh",
        """
        #!/bin/sh
        mkdir '%s' 2>/dev/null && gpu=2 || gpu=3
        echo '{"name": "gpu", "addresses": ["'$gpu'"]}'
        """
            .formatted(root.resolve("asked")));
    System.setProperty(SCRIPT, root.resolve("gpus.sh").toString());
    for (String key : RESOURCES) {
      System.setProperty(key, "1");
    }
  }

  private void write(String name, String text) {
    Path file = root.resolve(name);
    try {
      Files.writeString(file, text);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    assertThat(file.toFile().setExecutable(true)).isTrue();
  }

  /** Makes the first kernel of one worker fail, and all that its process asks for after it. */
  private void failOnce() {
    write("failure", "");
    System.setProperty(FAILS, root.resolve("failure").toString());
  }

  @Test
  @EnabledIf(
      value = "dev.mto.executor.cuda.EmulatedCuda#isPossible",
      disabledReason = EmulatedCuda.NEEDS)
  void executorsHaveGpusOfTheirRankOrOfSparkAndMakeTheBitsOfOneProcess() {
    TinyRun tiny = new TinyRun(new SimMim(), root, "masking={ratio: 0.5, unit: 8}");
    EmulatedCuda.install();
    System.setProperty(
        OPTIONS,
        "-Dmto.cuda.libraries=%s -Dmto.cuda.cache=%s"
            .formatted(
                System.getProperty("mto.cuda.libraries"), System.getProperty("mto.cuda.cache")));
    System.setProperty(NAME, "emulated");
    System.setProperty(COUNT, "four");
    EmulatedCuda.during(
        gpu -> {
          Path one = tiny.train("one", SETTINGS);
          ClusterJob ofRanks = job(tiny, "ranks");
          assertThat(shown(console -> ClusterTraining.found().survey(ofRanks, console)))
              .containsPattern("rank 0 on \\S+: GPU 0, emulated .* of memory free\n")
              .containsPattern("rank 1 on \\S+: GPU 1, emulated .* of memory free\n");
          dealOutLastTwo();
          failOnce();
          ClusterJob ofSpark = job(tiny, "spark");
          Set<Long> processes = ConcurrentHashMap.newKeySet();
          assertThat(trainWatched(ofSpark, processes))
              .containsPattern("rank 0 on \\S+ \\(GPU [23]\\), rank 1 on \\S+ \\(GPU [23]\\)")
              .containsPattern(
                  "rank [01] on \\S+: its process is replaced\n"
                      + "rank [01] on \\S+: the GPU failed while .* 719.*; going on from the last")
              .doesNotContain("attempt 3");
          assertThat(processes).as("two and another one").hasSizeGreaterThan(2);
          assertSame(ofSpark.root(), one);
          return null;
        });
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

  @Test
  void sparkIsAskedForAGpuForEachWorkerUnlessTheUserHasSaidHow() {
    SparkConf standalone = new SparkConf(false).set("spark.master", "spark://host:7077");
    standalone.set("spark.task.resource.gpu.amount", "0.5");
    WorkerGpu.ask(standalone);
    assertThat(standalone.get("spark.executor.resource.gpu.amount")).isEqualTo("1");
    assertThat(standalone.get("spark.task.resource.gpu.amount")).isEqualTo("0.5");
    assertThat(standalone.get("spark.executorEnv.CUDA_DEVICE_ORDER")).isEqualTo("PCI_BUS_ID");
    assertThat(WorkerGpu.wanted(standalone)).contains("with a GPU each");
    assertThat(WorkerGpu.wanted(new SparkConf(false))).isEmpty();

    for (String master : new String[] {"yarn", "k8s://https://host:6443"}) {
      SparkConf conf = new SparkConf(false).set("spark.master", master);
      assertThatThrownBy(() -> WorkerGpu.ask(conf))
          .isInstanceOf(UserException.class)
          .hasMessageContaining("set spark.executor.resource.gpu.discoveryScript to");
      conf.set("spark.executor.resource.gpu.discoveryScript", "getGpusResources.sh");
      WorkerGpu.ask(conf);
      assertThat(conf.get("spark.executor.resource.gpu.vendor", "none"))
          .isEqualTo(master.equals("yarn") ? "none" : "nvidia.com");
    }
  }

  @Test
  void twoWorkersOnOneGpuAreRefused() {
    String first = "here 17 0a64 a|10.0.0.1|4000";
    assertThat(Greeting.addresses(new String[] {first, "here 18 0a65 a|10.0.0.1|4001"})).hasSize(2);
    assertThatThrownBy(
            () -> Greeting.addresses(new String[] {first, "here 18 0a64 a|10.0.0.1|4001"}))
        .isInstanceOf(UserException.class)
        .hasMessageContaining("rank 0 and rank 1 are on one GPU of a; have Spark deal out");
  }
}
