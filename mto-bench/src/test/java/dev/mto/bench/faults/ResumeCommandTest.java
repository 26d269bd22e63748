package dev.mto.bench.faults;

import static dev.mto.engine.testing.CommandRun.arguments;
import static org.assertj.core.api.Assertions.assertThat;

import dev.mto.bench.ColouredImages;
import dev.mto.bench.Mto;
import dev.mto.engine.folder.Checkpoint;
import dev.mto.engine.folder.CheckpointStore;
import dev.mto.engine.folder.FolderLock;
import dev.mto.engine.testing.CommandRun;
import dev.mto.engine.testing.TinyRun;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What {@code pretrain --resume} asks, allows, refuses and says. */
class ResumeCommandTest {
  @TempDir private Path root;
  private Path run;

  @BeforeEach
  void write() throws IOException {
    ColouredImages.write(root.resolve("train"), 4, 1);
    Files.writeString(
        root.resolve("mae.yaml"),
        """
        baseline: mae
        model: { preset: vit-tiny, image: [32, 32], patch: 8, dim: 32, depth: 1, heads: 2 }
        options: { decoder_dim: 32, decoder_depth: 1, decoder_heads: 2 }
        data: { train: train, workers: 1 }
        training: { epochs: 2, batch: 6, accumulate: 1, lr_scale_batch: none, warmup_epochs: 0 }
        log: { pictures_every_epochs: 0, knn_every_epochs: 0 }
        """);
    run = root.resolve("run");
  }

  private CommandRun resume(String more) {
    return new CommandRun(
        new Mto(), arguments(("pretrain --resume --out %s " + more).strip(), run));
  }

  private CommandRun resumeOf(String more) {
    String line = "pretrain --resume --out %s --config %s " + more;
    return new CommandRun(new Mto(), arguments(line.strip(), run, root.resolve("mae.yaml")));
  }

  private String log() throws IOException {
    return Files.readString(run.resolve("train.log"));
  }

  @Test
  void whereNothingIsItStartsAndSaysSoAndWithoutAConfigurationItCannot() {
    resume("")
        .assertRefused(run + ": there is no run to resume; to start one there, give --config");

    CommandRun started = resumeOf("");

    started.assertDone();
    assertThat(started.out()).startsWith(run + ": nothing to resume there, starting\n");
    assertThat(TinyRun.metrics(run)).hasSize(4);
  }

  @Test
  void aFinishedRunSaysSoAndGoesOnWithMoreEpochsWhichItNotes() throws IOException {
    resumeOf("").assertDone();

    resume("").assertDone();
    assertThat(log()).contains("the run is finished: 2 epochs; to go on with it give more");
    assertThat(TinyRun.metrics(run)).hasSize(4);

    resume("--set training.epochs=3 --set training.base_lr=1.0e-4 --set data.workers=2")
        .assertDone();
    assertThat(log())
        .contains(
            "from now on training.epochs is 2, not 3", "training.base_lr is 1.5E-4, not 1.0E-4");
    assertThat(TinyRun.metrics(run)).hasSize(6);
    assertThat(run.resolve("config.yaml")).content().contains("epochs: 3", "workers: 2");
    assertThat(run.resolve("provenance.json")).content().contains("\"after_step\" : 4");

    CommandRun again = resumeOf("");
    again.assertDone();
    assertThat(again.out()).contains("the run keeps its own: training.epochs is 3, not 2");

    resume("--set training.epochs=1").assertRefused("6 steps are done, more than the 2");
  }

  @Test
  void otherImagesAreRefusedAndTheSameInAnotherPlaceAreNot() throws IOException {
    resumeOf("").assertDone();
    Path moved = root.resolve("moved");
    Files.move(root.resolve("train"), moved);
    resume("--set training.epochs=3 --set data.train=" + moved).assertDone();

    Files.copy(moved.resolve("class0/0.png"), moved.resolve("class0/new.png"));
    resume("--set training.epochs=4")
        .assertRefused(
            "data.train: "
                + moved
                + " has other images than the run was made from (13 now, 12 then");
  }

  @Test
  void anotherModelIsRefusedByKeyAndBothValues() throws IOException {
    resumeOf("").assertDone();

    resumeOf("--set model.depth=2")
        .assertRefused(
            "config.yaml: the run was made with another configuration: model.depth is 1, not 2");
    resume("--set training.seed=9").assertRefused("training.seed is 1, not 9");
  }

  @Test
  void validationImagesOfWhichNoneCanBeReadAreRefused() throws IOException {
    Path val = Files.createDirectories(root.resolve("val/class0"));
    Files.createFile(val.resolve("empty.png"));

    resumeOf("--set data.max_bad_share=1 --set data.val=" + root.resolve("val"))
        .assertRefused("data.val: none of its 1 images can be read; see bad-images.txt");
  }

  @Test
  void weightsThatAreNotFiniteAreRefusedAndLeaveNoRun() throws IOException {
    resumeOf("").assertDone();
    Checkpoint broken = CheckpointStore.read(TinyRun.last(run));
    broken.tensors().get("mask_token").putScalar(0, Double.NaN);
    new CheckpointStore(run.resolve("checkpoints"), 1).saveLast(broken);
    Path other = root.resolve("other");

    String line = "pretrain --config %s --init %s --out %s";
    new CommandRun(new Mto(), arguments(line, root.resolve("mae.yaml"), TinyRun.last(run), other))
        .assertRefused("last.safetensors: tensor mask_token has values that are not finite");
    assertThat(other).doesNotExist();
  }

  @Test
  void aRunThatAnotherProcessMakesIsRefusedAndNotHurt() throws IOException {
    resumeOf("").assertDone();
    byte[] before = Files.readAllBytes(TinyRun.last(run));

    try (FolderLock lock = FolderLock.of(run)) {
      assertThat(lock).isNotNull();
      resume("--set training.epochs=3").assertRefused(run + ": is in use by another process");
    }

    assertThat(TinyRun.last(run)).hasBinaryContent(before);
  }
}
