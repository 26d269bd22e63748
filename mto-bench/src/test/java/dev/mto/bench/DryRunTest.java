package dev.mto.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.mto.engine.Baselines;
import dev.mto.engine.folder.FolderLock;
import dev.mto.engine.testing.TinyRun;
import dev.mto.models.weights.SafeTensors;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.apache.commons.codec.digest.DigestUtils;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.nd4j.linalg.api.ndarray.INDArray;

/** {@code pretrain --dry-run} against the run itself. */
class DryRunTest {
  @TempDir private Path folder;
  private TinyRun tiny;
  private Path out;

  @BeforeEach
  void makeImages() {
    tiny =
        new TinyRun(
            Baselines.named("simmim"),
            folder,
            "checkpoint.every_epochs=0",
            "masking.unit=8",
            "log.pictures_every_epochs=0",
            "log.knn_every_epochs=0");
    out = folder.resolve("runs/tiny");
  }

  @Test
  @SuppressWarnings("try")
  void theFiguresAreThoseOfTheRunAndNothingIsWritten() throws IOException {
    JsonNode dry = figures();

    assertThat(dry.get("images").asInt()).isEqualTo(48);
    assertThat(dry.get("classes").asInt()).isEqualTo(2);
    assertThat(dry.get("validation_images").asInt()).isEqualTo(8);
    assertThat(dry.get("looked_at").asInt()).isEqualTo(48);
    assertThat(dry.get("unreadable").asInt()).isZero();
    assertThat(dry.get("images_per_step").asInt()).isEqualTo(8);
    assertThat(dry.get("steps_per_epoch").asInt()).isEqualTo(6);
    assertThat(dry.get("timed_steps").asInt()).isBetween(1, 10);
    assertThat(dry.get("plan_bytes").asLong()).isPositive();
    assertThat(dry.get("hours").asDouble() * 3600)
        .isCloseTo(24 * dry.get("seconds_per_step").asDouble(), within(1e-9));

    assertThat(run("--set=checkpoint.every_epochs=2").code()).isZero();

    assertThat(TinyRun.metrics(out)).hasSize(dry.get("steps").asInt());
    double saved = Files.size(TinyRun.last(out));
    double checkpoint = dry.get("checkpoint_bytes").asDouble();
    assertThat(checkpoint).isCloseTo(saved, within(0.1 * saved));
    assertThat(dry.get("disk_bytes").asDouble()).isEqualTo(2 * checkpoint);
    long numbers =
        SafeTensors.read(TinyRun.last(out)).tensors().values().stream()
            .mapToLong(INDArray::length)
            .sum();
    assertThat(3 * dry.get("parameters").asLong())
        .as("weights and two moments of each are saved")
        .isEqualTo(numbers);
    assertThat(dry.has("cluster")).as("one process exchanges nothing").isFalse();

    JsonNode rest = figures("--resume", "--set=training.epochs=6");
    assertThat(rest.get("steps").asInt()).isEqualTo(36);
    assertThat(rest.get("steps_done").asInt()).isEqualTo(24);
    assertThat(rest.get("hours").asDouble() * 3600)
        .isCloseTo(12 * rest.get("seconds_per_step").asDouble(), within(1e-9));
    assertThat(rest.get("disk_bytes").asDouble() / checkpoint).isCloseTo(5, within(0.01));
    assertThat(figures("--resume").get("hours").asDouble()).as("all is done").isZero();
    sameRefusal("a run is there already");
    try (FolderLock lock = FolderLock.of(out)) {
      sameRefusal("is in use by another process", "--resume");
    }
    Files.delete(tiny.root().resolve("train/disc/000.png"));
    sameRefusal("has other images than the run was made from", "--resume");
  }

  @Test
  void accumulatedStepsAreCountedAndTimed() throws IOException {
    JsonNode one = figures("--set=training.epochs=2");
    JsonNode many = figures("--set=training.epochs=2", "--set=training.accumulate=6");

    assertThat(many.get("steps").asInt()).isEqualTo(2);
    assertThat(many.get("images_per_step").asInt()).isEqualTo(48);
    assertThat(many.get("parameters")).isEqualTo(one.get("parameters"));
    assertThat(many.get("seconds_per_step").asDouble())
        .as("six times as many images")
        .isGreaterThan(one.get("seconds_per_step").asDouble());
  }

  @Test
  void workersAreEstimatedFromOneProcess() throws IOException {
    JsonNode dry =
        figures(
            "--set=training.accumulate=4",
            "--workers=2",
            "--bandwidth=0.0002",
            "--set=training.batch=4");
    long parameters = dry.get("parameters").asLong();
    JsonNode two = dry.get("cluster");
    double exchange = two.get("exchanged_bytes_per_step").asDouble() / 200_000;

    assertThat(two.get("workers").asInt()).isEqualTo(2);
    assertThat(two.get("exchanged_bytes_per_step").asLong()).isEqualTo(8 * parameters / 2);
    assertThat(two.get("seconds_per_step").asDouble())
        .isBetween(exchange, exchange + dry.get("seconds_per_step").asDouble());
    assertThat(two.get("efficiency").asDouble())
        .isCloseTo(
            dry.get("seconds_per_step").asDouble() / (2 * two.get("seconds_per_step").asDouble()),
            within(1e-9));
    assertThat(two.get("hours").asDouble() * 3600)
        .isCloseTo(dry.get("steps").asInt() * two.get("seconds_per_step").asDouble(), within(1e-6));
    assertThat(two.get("memory_bytes").asLong())
        .isEqualTo(
            dry.get("plan_bytes").asLong()
                + dry.get("state_bytes").asLong()
                + 8 * parameters
                + (1L << 30));

    Execution four = dryRun("--set=training.accumulate=4", "--workers=4", "--set=training.batch=4");
    assertThat(four.out())
        .as(four.toString())
        .contains(
            "each of 4 workers sends ",
            "8 bytes x %d parameters x 3/4".formatted(parameters),
            "for 1 of 4 micro-batches + ",
            " at 1.0 GB/s (--bandwidth)",
            "efficiency ");
    dryRun("--set=training.accumulate=4", "--cluster=local[4]", "--set=training.batch=4")
        .assertRefused("--cluster local[4]: Apache Spark is not here");
    dryRun("--workers=2").assertRefused("--workers 2: must be a power of two that divides");
    dryRun("--workers=1", "--bandwidth=0").assertRefused("--bandwidth 0.0: must be greater than 0");
    run("--workers=2").assertRefused("--workers 2: is of --cluster");
  }

  @Test
  void whatTheRunRefusesIsRefusedInTheSameLine() throws IOException {
    sameRefusal("is not a folder", "--set=data.train=" + folder.resolve("none"));
    sameRefusal("fewer than one step takes", "--set=training.batch=64");
    sameRefusal("dim is 24 but must be", "--set=model.heads=5");
    sameRefusal("none.pth", "--init=" + folder.resolve("none.pth"));
    sameRefusal("bytes", "--init=" + tiny.yaml());
    sameRefusal("training.batch: ", "--set=training.batch=no");
    sameRefusal("image height is 32 but must be", "--set=model.patch=5");

    Files.createDirectories(out);
    Files.writeString(out.resolve("thesis.txt"), "mine");
    sameRefusal("holds other files, but no run");
    Files.delete(out.resolve("thesis.txt"));
    Files.delete(out);
    Files.writeString(out, "a file");
    Execution dry = dryRun();
    Execution run = run();
    assertThat(dry.errors()).isEqualTo(run.errors()).hasSize(1);
    assertThat(dry.code()).isEqualTo(run.code()).isEqualTo(1);
    Files.delete(out);
    out = tiny.yaml().resolve("run");
    assertThat(dryRun().errors()).isEqualTo(run().errors()).hasSize(1);
    out = folder.resolve("runs/tiny");
    try (Stream<Path> images = Files.walk(folder.resolve("train"))) {
      for (Path image : images.filter(Files::isRegularFile).toList()) {
        Files.writeString(image, "no image");
      }
    }
    dryRun().assertRefused("of 56 images", "cannot be read, more than the allowed 1.00 %");
    run().assertRefused("of 56 images", "cannot be read, more than the allowed 1.00 %");
  }

  @Test
  void badImagesAreCountedAndTooManyWarnedOf() throws IOException {
    for (int i = 0; i < 24; i += 2) {
      Files.writeString(folder.resolve("train/disc/%03d.png".formatted(i)), "no image");
    }

    Execution dry = dryRun("--set=data.max_bad_share=0.3");
    assertThat(dry.code()).as(dry.toString()).isZero();
    assertThat(dry.out())
        .contains("48 of them looked at, 12 unreadable", "the run would begin: " + out)
        .doesNotContain("WARNING");
    dry =
        dryRun(
            "--set=data.max_bad_share=0.2",
            "--set=training.epochs=0",
            "--set=training.warmup_epochs=0");
    assertThat(dry.out())
        .as(dry.toString())
        .contains("WARNING: a run stops when more than 0.2 of its images", "no step is left");
  }

  @Test
  void aDiskThatCheckpointsWouldFillIsTold() throws IOException {
    dryRun(
            "--set=training.epochs=1000000000",
            "--set=checkpoint.every_epochs=1",
            "--set=checkpoint.keep=1000000000")
        .assertRefused(out.toString(), "its checkpoints take up to ", "are free there");
    run("--json").assertRefused("--json: has the figures of --dry-run");
  }

  private void sameRefusal(String words, String... more) throws IOException {
    Execution dry = dryRun(more);
    Execution run = run(more);
    dry.assertRefused(words);
    assertThat(dry.errors()).isEqualTo(run.errors());
    assertThat(dry.code()).isEqualTo(run.code());
  }

  private JsonNode figures(String... more) throws IOException {
    Execution dry = dryRun(Execution.joined(more, "--json"));
    assertThat(dry.code()).as(dry.toString()).isZero();
    return new ObjectMapper().readTree(dry.out());
  }

  private Execution dryRun(String... more) throws IOException {
    Map<String, String> before = files();
    Execution dry = run(Execution.joined(more, "--dry-run"));
    assertThat(files()).as("nothing was written").isEqualTo(before);
    return dry;
  }

  private Execution run(String... more) {
    return Execution.of(
        Execution.joined(
            new String[] {"pretrain", "--config=" + tiny.yaml(), "--out=" + out}, more));
  }

  /** Names and contents of all that lies in the folder of the test. */
  private Map<String, String> files() throws IOException {
    Map<String, String> contents = new TreeMap<>();
    try (Stream<Path> all = Files.walk(folder)) {
      for (Path path : all.toList()) {
        String name = folder.relativize(path).toString();
        contents.put(
            name,
            Files.isDirectory(path) ? "folder" : DigestUtils.sha256Hex(Files.readAllBytes(path)));
      }
    }
    return contents;
  }
}
