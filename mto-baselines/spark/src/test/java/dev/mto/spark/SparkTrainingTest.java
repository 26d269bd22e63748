package dev.mto.spark;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mto.data.storage.Locations;
import dev.mto.engine.collective.ListeningPort;
import dev.mto.engine.collective.PortRange;
import dev.mto.engine.config.RunConfig;
import dev.mto.engine.errors.FileException;
import dev.mto.engine.errors.PeerException;
import dev.mto.engine.errors.UserException;
import dev.mto.engine.folder.AtomicFiles;
import dev.mto.engine.folder.RunFolder;
import dev.mto.engine.folder.Start;
import dev.mto.engine.folder.StopSignal;
import dev.mto.engine.run.ClusterJob;
import dev.mto.engine.run.ClusterTraining;
import dev.mto.engine.testing.TinyRun;
import dev.mto.simmim.SimMim;
import dev.mto.spark.hadoop.LocalStore;
import dev.mto.spark.hadoop.Tars;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Trainings by executors that Spark starts on this machine, each a process. */
class SparkTrainingTest {
  private static final long POLL_MILLIS = 10;
  private static final String EXECUTORS = "spark.executor.extraJavaOptions";
  private static final Pattern ESTABLISHED =
      Pattern.compile("(?m)^ *\\d+: [0-9A-F]+:([0-9A-F]{4}) [0-9A-F]+:[0-9A-F]{4} 01 ");
  private static final String[] SETTINGS = {
    "training.epochs=20",
    "training.accumulate=2",
    "checkpoint.every_minutes=0.0000001",
    "log={heterogeneity_every: 2, knn_every_epochs: 0, pictures_every_epochs: 0}"
  };

  @TempDir private Path root;
  private final List<String> assigned = new ArrayList<>();

  private void set(String key, String value) {
    System.setProperty(key, value);
    assigned.add(key);
  }

  @AfterEach
  void forgetSettings() {
    assigned.forEach(System::clearProperty);
  }

  private ClusterJob job(TinyRun tiny, int retries, String... settings) {
    return job(tiny, PortRange.any(), retries, settings);
  }

  private ClusterJob job(TinyRun tiny, PortRange ports, int retries, String... settings) {
    RunConfig config = tiny.config(settings).withAbsolutePaths();
    Path run = tiny.root().resolve("cluster");
    return new ClusterJob(
        config, RunFolder.create(run).root(), Start.anew(), "local[2]", 2, ports, retries);
  }

  /** The ports of a range at which connections of this machine end. */
  private static List<Integer> connected(PortRange ports) throws IOException {
    List<Integer> connected = new ArrayList<>();
    for (String table : List.of("/proc/net/tcp", "/proc/net/tcp6")) {
      Matcher line = ESTABLISHED.matcher(Files.readString(Path.of(table)));
      while (line.find()) {
        int port = Integer.parseInt(line.group(1), 16);
        if (port >= ports.first() && port <= ports.last()) {
          connected.add(port);
        }
      }
    }
    return connected;
  }

  /** Kills an executor after some steps, and asks for a stop after more; how many there were. */
  private static Callable<Integer> disturbing(Path run) {
    return () -> {
      Path metrics = run.resolve("metrics.jsonl");
      awaitLines(metrics, 3);
      List<ProcessHandle> executors = executors();
      executors.get(0).destroyForcibly();
      while (!Files.readString(run.resolve("train.log")).contains("resuming after step")) {
        Thread.sleep(POLL_MILLIS);
      }
      awaitLines(metrics, lines(metrics) + 2);
      StopSignal.request();
      return executors.size();
    };
  }

  private static List<ProcessHandle> executors() {
    return ProcessHandle.current()
        .descendants()
        .filter(p -> p.info().command().orElse("").endsWith("java"))
        .toList();
  }

  private static void awaitLines(Path file, long lines) throws Exception {
    while (lines(file) < lines) {
      Thread.sleep(POLL_MILLIS);
    }
  }

  private static long lines(Path file) throws IOException {
    return Files.exists(file) ? Files.readAllLines(file).size() : 0;
  }

  @Test
  void twoExecutorsOneOfWhichIsKilledAndThenOneProcessMakeTheBitsOfOneProcess() throws Exception {
    TinyRun tiny =
        new TinyRun(new SimMim(), root, "masking={ratio: 0.5, unit: 8}", "model.drop_path=0.1");
    Path one = tiny.train("one", SETTINGS);
    ClusterJob job = job(tiny, 1, SETTINGS);
    ByteArrayOutputStream shown = new ByteArrayOutputStream();
    ExecutorService threads = Executors.newSingleThreadExecutor();
    try (PrintStream console = new PrintStream(shown, true, StandardCharsets.UTF_8)) {
      Future<Integer> executors = threads.submit(disturbing(job.root()));

      assertThat(ClusterTraining.found().train(job, console)).as("done").isFalse();

      assertThat(executors.get()).isEqualTo(2);
    } finally {
      threads.shutdownNow();
    }
    tiny.resume("cluster");
    assertThat(TinyRun.metrics(job.root())).isEqualTo(TinyRun.metrics(one));
    assertThat(TinyRun.last(job.root())).hasSameBinaryContentAs(TinyRun.last(one));
    assertThat(shown.toString(StandardCharsets.UTF_8))
        .containsPattern("rank [01] on \\S+: .*; going on from the last checkpoint")
        .containsPattern("resuming after step \\d+\n2 workers, each takes 1 of a step's 2")
        .containsPattern("stopped after step \\d+; saved");
    assertThat(TinyRun.files(job.root())).noneMatch(file -> file.endsWith(".tmp"));
  }

  /** Waits for a line of the driver's, and then for steps to be done. */
  private static void awaitResumed(ByteArrayOutputStream shown, String line, Path run)
      throws Exception {
    String lines = "";
    while (!lines.contains(line) || !lines.substring(lines.indexOf(line)).contains("resuming")) {
      Thread.sleep(POLL_MILLIS);
      lines = shown.toString(StandardCharsets.UTF_8);
    }
    awaitLines(run.resolve("metrics.jsonl"), lines(run.resolve("metrics.jsonl")) + 3);
  }

  /** Has rank 1 throw and then block, and one of both stand still. */
  private static Callable<List<Integer>> hindering(
      ClusterJob job, Path hindrance, ByteArrayOutputStream shown) {
    return () -> {
      awaitLines(job.root().resolve("metrics.jsonl"), 3);
      List<Integer> ports = connected(job.ports());
      AtomicFiles.writeString(hindrance, HinderedSimMim.THROW);
      awaitResumed(shown, "a fault of a test", job.root());
      AtomicFiles.writeString(hindrance, HinderedSimMim.BLOCK);
      awaitResumed(shown, "its process is killed", job.root());
      long pid = executors().get(0).pid();
      assertThat(new ProcessBuilder("kill", "-STOP", "" + pid).start().waitFor()).isZero();
      return ports;
    };
  }

  @Test
  void workersThatThrowBlockOrStandStillAreNamedAndOthersGoOnToTheBitsOfOneProcess()
      throws Exception {
    Path hindrance = root.resolve("hindrance");
    set("spark.mto.silence", "3s");
    set("spark.network.timeout", "15s");
    set("spark.network.timeoutInterval", "2s");
    set("spark.executor.heartbeatInterval", "3s");
    set(EXECUTORS, "-D%s=%s".formatted(HinderedSimMim.FILE, hindrance));
    TinyRun tiny = new TinyRun(new HinderedSimMim(), root, "masking={ratio: 0.5, unit: 8}");
    Path one = tiny.train("one", SETTINGS);
    ListeningPort taken = ListeningPort.open(InetAddress.getLoopbackAddress(), PortRange.any());
    int first = taken.address().port();
    ClusterJob job = job(tiny, new PortRange(first, first + 20), 1, SETTINGS);
    ByteArrayOutputStream shown = new ByteArrayOutputStream();
    ExecutorService threads = Executors.newSingleThreadExecutor();
    try (taken;
        PrintStream console = new PrintStream(shown, true, StandardCharsets.UTF_8)) {
      Future<List<Integer>> ports = threads.submit(hindering(job, hindrance, shown));

      assertThat(ClusterTraining.found().train(job, console)).as("done").isTrue();

      assertThat(ports.get()).as("the first was taken").isNotEmpty().doesNotContain(first);
    } finally {
      threads.shutdownNow();
    }
    assertThat(shown.toString(StandardCharsets.UTF_8))
        .containsPattern("rank 1 on \\S+: .*a fault of a test; going on from the last checkpoint")
        .containsPattern("rank 1 on \\S+: it lives, but has been in a step for [^;]*; waiting")
        .containsPattern("rank 1 on \\S+ does not end: its process is killed")
        .containsPattern("rank [01] on \\S+: nothing was heard of it for \\d+ s")
        .doesNotContain("(attempt 3");
    assertThat(TinyRun.metrics(job.root())).isEqualTo(TinyRun.metrics(one));
    assertThat(TinyRun.last(job.root())).hasSameBinaryContentAs(TinyRun.last(one));
  }

  @Test
  void aStopBeforeThereAreExecutorsEndsAtOnceAndTooFewAreToldInOneLine() throws Exception {
    set("spark.cores.max", "1"); // an executor has one
    ClusterJob job = job(new TinyRun(new SimMim(), root), 0, SETTINGS);
    ExecutorService threads = Executors.newSingleThreadExecutor();
    try {
      Future<?> asking =
          threads.submit(
              () -> {
                while (Files.notExists(job.root().resolve("cluster-seen.tmp"))) {
                  Thread.sleep(POLL_MILLIS);
                }
                StopSignal.request();
                return null;
              });
      long began = System.nanoTime();
      assertThat(ClusterTraining.found().train(job, System.out)).as("done").isFalse();
      assertThat(Duration.ofNanos(System.nanoTime() - began)).isLessThan(Duration.ofSeconds(60));
      asking.get();
    } finally {
      threads.shutdownNow();
    }
    assertThat(job.root().resolve("cluster-seen.tmp")).doesNotExist();

    set("spark.scheduler.barrier.maxConcurrentTasksCheck.maxFailures", "1");
    ByteArrayOutputStream shown = new ByteArrayOutputStream();
    try (PrintStream console = new PrintStream(shown, true, StandardCharsets.UTF_8)) {
      assertThatThrownBy(() -> ClusterTraining.found().train(job, console))
          .isInstanceOf(PeerException.class)
          .hasMessageMatching("the cluster has places for [01] of 2 workers; given up after 1 .*");
    }
    assertThat(shown.toString(StandardCharsets.UTF_8))
        .containsOnlyOnce("waiting for executors: the cluster has places for ");
  }

  /** Where checkpoints go there is a file, so that the one of the stop cannot be saved. */
  @Test
  void aStopThatCannotSaveIsAFailure() throws Exception {
    String[] settings = SETTINGS.clone();
    settings[2] = "checkpoint.every_minutes=1000";
    TinyRun tiny = new TinyRun(new SimMim(), root, "masking={ratio: 0.5, unit: 8}");
    ClusterJob job = job(tiny, 3, settings);
    Path checkpoints = RunFolder.at(job.root()).checkpoints();
    ExecutorService threads = Executors.newSingleThreadExecutor();
    try {
      Future<?> stopping =
          threads.submit(
              () -> {
                awaitLines(job.root().resolve("metrics.jsonl"), 2);
                Files.move(checkpoints, checkpoints.resolveSibling("moved"));
                Files.writeString(checkpoints, "no folder");
                StopSignal.request();
                return null;
              });
      assertThatThrownBy(() -> ClusterTraining.found().train(job, System.out))
          .isInstanceOf(PeerException.class)
          .hasMessageContaining("checkpoints")
          .hasMessageEndingWith("is not saved, that one is kept: --resume");
      stopping.get();
    } finally {
      threads.shutdownNow();
    }
  }

  @Test
  void aMasterThatSparkDoesNotKnowIsToldInOneLine() {
    set("spark.ui.enabled", "false"); // whose libraries are not among those of the tests
    ClusterJob job = job(new TinyRun(new SimMim(), root), 0, SETTINGS);
    ClusterJob wrong =
        new ClusterJob(job.config(), job.root(), job.start(), "spark//host", 2, PortRange.any(), 0);
    assertThatThrownBy(() -> ClusterTraining.found().train(wrong, System.out))
        .isInstanceOf(UserException.class)
        .hasMessageStartingWith("--cluster spark//host: Spark does not start: ");
  }

  @Test
  void workersThatWouldComeAndGoAreRefused() {
    set("spark.dynamicAllocation.enabled", "true");
    ClusterJob job = job(new TinyRun(new SimMim(), root), 0, SETTINGS);
    assertThatThrownBy(() -> ClusterTraining.found().train(job, System.out))
        .isInstanceOf(UserException.class)
        .hasMessageContaining("spark.dynamicAllocation.enabled: true does not go with this job");
  }

  @Test
  void imagesAndRunOnAnObjectStoreMakeTheBitsOfOneProcessHereThoughAnExecutorIsKilled()
      throws Exception {
    LocalStore.register();
    set(
        EXECUTORS,
        "-Djava.io.tmpdir=%1$s -Duser.home=%1$s -Dorg.bytedeco.javacpp.cachedir=%2$s"
            .formatted(root, LocalStore.nativeCache()));
    TinyRun tiny = new TinyRun(new SimMim(), root, "masking={ratio: 0.5, unit: 8}");
    Path one = tiny.train("one", SETTINGS);
    String images = LocalStore.address("s3a", Tars.ofFolder(root.resolve("train")));
    Path there = root.resolve("cluster");
    ClusterJob job =
        new ClusterJob(
            tiny.config(SETTINGS).withFolders(images, null).withAbsolutePaths(),
            RunFolder.create(Locations.path(LocalStore.address("s3a", there))).root(),
            Start.anew(),
            "local[2]",
            2,
            PortRange.any(),
            1);
    ByteArrayOutputStream shown = new ByteArrayOutputStream();
    ExecutorService threads = Executors.newSingleThreadExecutor();
    try (PrintStream console = new PrintStream(shown, true, StandardCharsets.UTF_8)) {
      Future<?> killing =
          threads.submit(
              () -> {
                awaitLines(there.resolve("metrics.jsonl"), 3);
                executors().get(0).destroyForcibly();
                return null;
              });
      assertThat(ClusterTraining.found().train(job, console)).as("done").isTrue();
      killing.get();
    } finally {
      threads.shutdownNow();
    }
    assertThat(TinyRun.metrics(there)).isEqualTo(TinyRun.metrics(one));
    assertThat(TinyRun.last(there)).hasSameBinaryContentAs(TinyRun.last(one));
    assertThat(TinyRun.files(there))
        .noneMatch(file -> file.endsWith(".tmp") || file.endsWith("run.claim"));
    assertThat(shown.toString(StandardCharsets.UTF_8))
        .containsPattern("rank [01] on \\S+: .*; going on from the last checkpoint")
        .containsPattern("resuming after step \\d+\n2 workers")
        .contains("done: " + job.root() + "/report.html");
  }

  @Test
  void aSurveyTellsWhatEachWorkerHasAndLacksAndWritesNothing() {
    RunConfig config = new TinyRun(new SimMim(), root, SETTINGS).config();
    Path run = root.resolve("surveyed");
    Path images = root.resolve("elsewhere");
    ClusterJob job =
        new ClusterJob(
            config.withFolders(config.data().train(), images.toString()).withAbsolutePaths(),
            run,
            Start.anew(),
            "local[2]",
            2,
            PortRange.any(),
            0);
    ByteArrayOutputStream shown = new ByteArrayOutputStream();
    try (PrintStream console = new PrintStream(shown, true, StandardCharsets.UTF_8)) {
      assertThatThrownBy(() -> ClusterTraining.found().survey(job, console))
          .isInstanceOf(UserException.class)
          .hasMessageMatching("rank 0 on \\S+ does not see " + images);
    }
    assertThat(shown.toString(StandardCharsets.UTF_8).lines())
        .anyMatch(
            line -> line.matches(" +rank 0 on \\S+: CPU, \\d+ threads, \\S+ .B of memory free"))
        .anyMatch(line -> line.matches(" +rank 1 on .*"));
    assertThat(run).doesNotExist();
  }

  @Test
  void aWorkerThatDoesNotSeeTheRunFolderIsNamed() {
    byte[] token = {1, 2, 3};
    SharedFiles files = new SharedFiles(root);
    files.begin(token);
    files.requireSeen(token, "rank 1 on b");
    for (SharedFiles other : List.of(new SharedFiles(root.resolve("other")), files)) {
      assertThatThrownBy(() -> other.requireSeen(new byte[] {4}, "rank 1 on b"))
          .isInstanceOf(UserException.class)
          .hasMessageContaining("rank 1 on b does not see ")
          .hasMessageContaining("on storage that all machines have");
    }
  }

  @Test
  void whatMayNotBeReadIsNotTriedAgainAndAStorageThatDoesNotAnswerIs() {
    Path file = Path.of("a");
    assertThat(Worker.kind(FileException.reading(file, new AccessDeniedException("a"))))
        .isEqualTo(WorkerOutcome.Kind.WRONG_INPUT);
    assertThat(Worker.kind(FileException.reading(file, new IOException("no answer"))))
        .isEqualTo(WorkerOutcome.Kind.FAILED);
  }

  @Test
  void whatIsWrongWithOneWorkerIsToldToAllAndTwoInOneProcessAreRefused() {
    String here = "here 17 - a|10.0.0.1|4000";
    assertThat(Greeting.addresses(new String[] {here, "here 17 - b|10.0.0.2|4000"})).hasSize(2);
    assertThatThrownBy(() -> Greeting.addresses(new String[] {here, Greeting.failed("no").text()}))
        .isInstanceOf(UserException.class)
        .hasMessage("no");
    assertThatThrownBy(() -> Greeting.addresses(new String[] {here, Greeting.lost("no").text()}))
        .isInstanceOf(PeerException.class)
        .hasMessage("rank 1: no");
    assertThatThrownBy(() -> Greeting.addresses(new String[] {here, "here 17 - a|10.0.0.1|4001"}))
        .isInstanceOf(UserException.class)
        .hasMessageContaining("rank 0 and rank 1 are in one process on a; set spark.task.cpus");
  }
}
