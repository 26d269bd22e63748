package dev.mto.spark;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mto.data.storage.Locations;
import dev.mto.engine.collective.Collective;
import dev.mto.engine.config.RunConfig;
import dev.mto.engine.errors.FileException;
import dev.mto.engine.errors.UserException;
import dev.mto.engine.folder.Checkpoint;
import dev.mto.engine.folder.RunFolder;
import dev.mto.engine.folder.Start;
import dev.mto.engine.run.PretrainingJob;
import dev.mto.engine.testing.TinyRun;
import dev.mto.simmim.SimMim;
import dev.mto.spark.hadoop.LocalStore;
import dev.mto.spark.hadoop.RemoteFolder;
import dev.mto.spark.hadoop.Tars;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Runs whose folder is on other storage, by a worker alone. */
class RemoteRunTest {
  private static final String[] SETTINGS = {
    "masking={ratio: 0.5, unit: 8}",
    "training.epochs=2",
    "checkpoint={every_minutes: 0.0000001, every_epochs: 1, keep: 1}",
    "log={heterogeneity_every: 2, knn_every_epochs: 0, pictures_every_epochs: 0}"
  };

  private static final String LEFT = "checkpoints/epoch-0001.safetensors";
  private static final int MOST_ATTEMPTS = 60;

  @TempDir private Path root;
  private final byte[] token = {1};

  @BeforeEach
  void register() {
    LocalStore.homeIn(root);
    LocalStore.register();
  }

  @AfterEach
  void forget() {
    LocalStore.homeAgain();
    LocalStore.failAfter(-1);
  }

  private TinyRun tiny() {
    return new TinyRun(new SimMim(), root, SETTINGS);
  }

  private Path remote(String scheme, String name) {
    return Locations.path(LocalStore.address(scheme, root) + "/" + name);
  }

  private WorkerFolder worker(Path run, int rank) {
    return new WorkerFolder(run, rank, new SharedFiles(run), token);
  }

  private PretrainingJob job(TinyRun tiny, RunConfig config, RunFolder folder, boolean resume) {
    return new PretrainingJob(
        tiny.baseline(),
        config,
        folder,
        resume ? Start.resumed() : Start.anew(),
        new PrintStream(OutputStream.nullOutputStream(), false, StandardCharsets.UTF_8),
        Collective.alone());
  }

  /** What a worker of rank 0 does in one attempt; an exception is as if it were killed. */
  private void attempt(TinyRun tiny, RunConfig config, Path run) {
    boolean resume = RunFolder.isRun(run);
    if (!resume) {
      RunFolder.create(run);
    }
    try (WorkerFolder folder = worker(run, 0)) {
      folder.open(resume);
      try (PretrainingJob job = job(tiny, config, folder.folder(), resume)) {
        folder.begun();
        job.afterSaves(folder::saved);
        job.run();
      }
      folder.ended();
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"s3a", "hdfs"})
  void killedBetweenAnyTwoCopiesItMakesTheBitsAndFilesOfARunHere(String scheme) throws Exception {
    TinyRun tiny = tiny();
    Path one = tiny.train("one");
    Tars.ofFolder(root.resolve("train"));
    RunConfig config =
        tiny.config(
            "data.train=" + remote(scheme, "train.tar"), "data.val=" + remote(scheme, "val"));
    Path run = remote(scheme, "run");
    new SharedFiles(run).begin(token);

    int open = LocalStore.open();
    int attempts = 0;
    boolean done = false;
    while (!done && attempts < MOST_ATTEMPTS) {
      LocalStore.failAfter(attempts);
      try {
        attempt(tiny, config, run);
        done = true;
      } catch (FileException e) {
        assertThat(e).hasMessageContaining("the storage does not answer");
      }
      LocalStore.failAfter(-1);
      attempts++;
    }

    Path there = root.resolve("run");
    assertThat(attempts).isBetween(5, MOST_ATTEMPTS - 1);
    assertThat(LocalStore.open()).as("files that are still open").isEqualTo(open);
    assertThat(TinyRun.metrics(there)).isEqualTo(TinyRun.metrics(one));
    assertThat(TinyRun.last(there)).hasSameBinaryContentAs(TinyRun.last(one));
    new SharedFiles(run).delete();
    List<String> here = TinyRun.files(one).stream().filter(f -> !f.equals("run.lock")).toList();
    assertThat(TinyRun.files(there))
        .filteredOn(file -> !file.equals(LEFT)) // where it was killed between two deletions
        .containsExactlyInAnyOrderElementsOf(here);
    assertThat(there.resolve("checkpoints/epoch-0002.safetensors")).exists();
    assertThat(Files.readString(there.resolve("train.log")))
        .contains("run folder " + run)
        .contains("done: " + run.resolve("report.html"));
  }

  @Test
  void halfOfACheckpointIsNotTaken() throws IOException {
    TinyRun tiny = tiny();
    Path one = tiny.train("one");
    Path run = remote("hdfs", "run");
    new SharedFiles(run).begin(token);
    attempt(tiny, tiny.config("training.epochs=1"), run);
    Path last = TinyRun.last(root.resolve("run"));
    byte[] newer = Files.readAllBytes(TinyRun.last(one));
    Files.write(
        last.resolveSibling(last.getFileName() + ".0123456789abcdef.tmp"),
        Arrays.copyOf(newer, newer.length / 2));
    attempt(tiny, tiny.config(), run);
    assertThat(last).hasSameBinaryContentAs(TinyRun.last(one));
    assertThat(TinyRun.files(last.getParent())).noneMatch(file -> file.endsWith(".tmp"));
  }

  @Test
  void anAttemptWhosePlaceAnotherHasTakenChangesNothing() throws IOException {
    TinyRun tiny = tiny();
    Path run = remote("s3a", "run");
    new SharedFiles(run).begin(token);
    try (WorkerFolder folder = worker(run, 0)) {
      folder.open(false);
      try (PretrainingJob job = job(tiny, tiny.config(), folder.folder(), false)) {
        folder.begun();
        job.afterSaves(folder::saved);
        new SharedFiles(run).begin(new byte[] {2});
        byte[] log = Files.readAllBytes(root.resolve("run/train.log"));
        assertThatThrownBy(job::run)
            .isInstanceOf(UserException.class)
            .hasMessageContaining("another job has taken the run over");
        folder.shareLog();
        folder.failed();
        assertThat(root.resolve("run/train.log")).hasBinaryContent(log);
        assertThat(root.resolve("run/checkpoints")).doesNotExist();
      }
    }
  }

  @Test
  void aRunThatCameToNoStepIsTakenAwayAgain() throws IOException {
    TinyRun tiny = tiny();
    Path run = remote("s3a", "run");
    SharedFiles files = new SharedFiles(run);
    files.begin(token);
    Path leftover = root.resolve("run/checkpoints/last.safetensors");
    Files.createDirectories(leftover.getParent());
    Files.writeString(leftover, "of a run that never began");
    try (WorkerFolder folder = worker(run, 0)) {
      folder.open(false);
      assertThat(leftover).doesNotExist();
      job(tiny, tiny.config(), folder.folder(), false).close();
      folder.begun();
      assertThat(RunFolder.isRun(run)).isTrue();
      folder.failed();
    }
    files.delete();
    assertThat(RemoteFolder.at(run).orElseThrow().files()).isEmpty();
    RunFolder.requireFree(run);
  }

  @Test
  void workersOfOtherRanksReadCheckpointsThereAndKeepTheirLists() throws IOException {
    TinyRun tiny = tiny();
    Path run = remote("hdfs", "run");
    new SharedFiles(run).begin(token);
    attempt(tiny, tiny.config("training.epochs=1"), run);
    Files.writeString(root.resolve("run/bad-images-1.txt"), "a\tbroken\n");
    try (WorkerFolder folder = worker(run, 1)) {
      folder.open(true);
      RunFolder own = folder.folder();
      assertThat(own.badImages(1)).hasContent("a\tbroken\n");
      assertThat(own.provenance()).exists();
      Checkpoint newest = own.newest(tiny.config(), message -> {});
      assertThat(newest.position().step()).isEqualTo(6);
      newest.tensors().values().forEach(tensor -> tensor.close());
      Files.writeString(own.badImages(1), "a\tbroken\nb\tbroken\n");
      folder.ended();
    }
    assertThat(root.resolve("run/bad-images-1.txt")).hasContent("a\tbroken\nb\tbroken\n");
  }
}
