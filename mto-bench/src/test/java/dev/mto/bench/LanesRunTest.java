package dev.mto.bench;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mto.engine.Baselines;
import dev.mto.engine.testing.TinyRun;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code data.shuffle: lanes} in runs of two micro-batches a step. */
class LanesRunTest {
  private static final String LANES = "data.shuffle=lanes";

  @TempDir private Path folder;

  @Test
  void aRunGoesOnInMidEpochToTheSameBitsAndFilesAreRefused() {
    TinyRun tiny =
        new TinyRun(
            Baselines.named("simmim"),
            folder,
            "masking.unit=8",
            "data.val=null",
            "training.accumulate=2",
            "training.epochs=1",
            "checkpoint.every_minutes=0.0000001",
            "log.pictures_every_epochs=0",
            "log.knn_every_epochs=0");
    Path shards = folder.resolve("shards");
    Execution.of(
            "data",
            "shard",
            folder.resolve("train").toString(),
            "--out=" + shards,
            "--shards=5",
            "--quiet")
        .assertDone();
    String data = "data.train=" + shards;

    Path whole = tiny.trainAndCopyAfterEachStep("whole", data, LANES);

    Path other = folder.resolve("other");
    Execution.ofLine("data shard %s --out %s --shards 3 --quiet", folder.resolve("train"), other)
        .assertDone();
    Execution.ofLine(
            "pretrain --resume --out %s --set data.train=%s", folder.resolve("whole-1"), other)
        .assertRefused("has the images in other archives", "data.shuffle: lanes goes by that");

    Path resumed = tiny.resume("whole-2");
    assertThat(TinyRun.metrics(resumed)).isEqualTo(TinyRun.metrics(whole)).hasSize(3);
    assertThat(TinyRun.last(resumed)).hasSameBinaryContentAs(TinyRun.last(whole));
    assertThat(TinyRun.metrics(tiny.train("exact", data))).isNotEqualTo(TinyRun.metrics(whole));
    Execution.of(
            "pretrain",
            "--config=" + tiny.yaml(),
            "--out=" + folder.resolve("files"),
            "--set=" + LANES)
        .assertRefused("data.shuffle: lanes: ", "train holds files and no archives");
  }
}
