package dev.mto.bench;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.mto.engine.testing.CommandRun;
import dev.mto.engine.testing.TinyRun;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveOutputStream;
import org.apache.commons.compress.archivers.tar.TarConstants;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Commands on tar archives against the same commands on the folders that were packed. */
class ArchivedImagesTest {
  @TempDir private Path root;

  @BeforeEach
  void write() throws IOException {
    for (String name : List.of("train", "val")) {
      Path folder = ColouredImages.write(root.resolve(name), 8, 1);
      try (TarArchiveOutputStream tar =
              new TarArchiveOutputStream(Files.newOutputStream(root.resolve(name + ".tar")));
          Stream<Path> files = Files.walk(folder)) {
        for (Path file : files.filter(Files::isRegularFile).toList()) {
          byte[] bytes = Files.readAllBytes(file);
          TarArchiveEntry entry = new TarArchiveEntry(folder.relativize(file).toString());
          entry.setSize(bytes.length);
          tar.putArchiveEntry(entry);
          tar.write(bytes);
          tar.closeArchiveEntry();
        }
      }
    }
    Files.writeString(
        root.resolve("mae.yaml"),
        """
        baseline: mae
        model: { preset: vit-tiny, image: [32, 32], patch: 8, dim: 24, depth: 1, heads: 2 }
        options: { decoder_dim: 16, decoder_depth: 1, decoder_heads: 2 }
        data: { train: train.tar, val: val.tar, workers: 1 }
        training: { epochs: 2, batch: 8, accumulate: 1, lr_scale_batch: none, warmup_epochs: 0 }
        checkpoint: { every_minutes: 0.0000001, keep: 9 }
        log: { pictures_every_epochs: 2, knn_every_epochs: 1 }
        """);
  }

  @Test
  void aRunOnArchivesIsThatOnFoldersAndGoesOnOnThem() throws IOException {
    mto("pretrain --config DIR/mae.yaml --out DIR/packed");
    mto("pretrain --config DIR/mae.yaml --out DIR/unpacked --set data.train=DIR/train");

    assertThat(TinyRun.metrics(root.resolve("packed")))
        .isEqualTo(TinyRun.metrics(root.resolve("unpacked")));
    mto("pretrain --resume --out DIR/packed --set data.train=DIR/train --set training.epochs=3");
    mto("data check DIR/train.tar");
    mto("evaluate knn --run DIR/packed --json DIR/knn.json");
    assertThat(new ObjectMapper().readTree(root.resolve("knn.json").toFile()).get("top1"))
        .isNotNull();
  }

  @Test
  void aConfigurationIsMadeFromAnArchive() throws IOException {
    mto("init DIR/train.tar --out DIR/made.yaml");
    assertThat(root.resolve("made.yaml")).content().contains("24 in ", "train: 'train.tar'");
    mto("pretrain --config DIR/made.yaml --out DIR/made --set training.epochs=1");
  }

  @Test
  void vectorsOfAnArchiveAreThoseOfItsFolderAndItsImagesAreFoundAndShown() throws IOException {
    for (String images : List.of("train", "train.tar")) {
      mto(
          "embed --weights builtin:mae-tiny --images DIR/"
              + images
              + " --out DIR/"
              + images
              + ".npy");
    }
    assertThat(root.resolve("train.tar.npy")).hasSameBinaryContentAs(root.resolve("train.npy"));
    mto("embed --weights builtin:mae-tiny --images DIR/train.tar --index DIR/index");
    CommandRun found =
        mto("search --index DIR/index --image DIR/train/class1/3.png --out DIR/near.png");
    assertThat(found.out()).contains(root.resolve("train.tar/class1") + "/");
    assertThat(root.resolve("near.png")).isNotEmptyFile();
    assertThat(found.errors()).isEmpty();
  }

  @Test
  void indexesAreKeptWhereTheConfigurationSays() throws IOException {
    mto(
        "pretrain --config DIR/mae.yaml --out DIR/run --set data.index=DIR/kept --set training.epochs=1");
    assertThat(root.resolve("train.tar.index")).doesNotExist();
    try (Stream<Path> kept = Files.list(root.resolve("kept"))) {
      assertThat(kept).as("of images to train on and to validate").hasSize(2);
    }
    run("pretrain --config DIR/mae.yaml --out DIR/no --set data.index=DIR/mae.yaml")
        .assertRefused("data.train: ", "mae.yaml: where the images of ", "cannot be kept there");
  }

  /** A header of an image, and a link: two of 25 members. */
  @Test
  void whatIsBadInAnArchiveIsToldByAllCommandsAndCountsAsUnreadableImages() throws IOException {
    damage(root.resolve("train.tar"));
    String told =
        "left out: 1 damaged part of an archive, 1 link; 2 count as unreadable images, the first being ";

    CommandRun run =
        mto(
            "pretrain --config DIR/mae.yaml --out DIR/run --set data.max_bad_share=0.1 --set training.epochs=1");
    assertThat(run.out())
        .containsOnlyOnce("data.train: " + root.resolve("train.tar") + ": " + told)
        .contains("2 images could not be read and were left out: ");
    assertThat(root.resolve("run/train.log")).content().containsOnlyOnce(told);
    assertThat(Files.readAllLines(root.resolve("run/bad-images.txt")))
        .hasSize(2)
        .anyMatch(line -> line.contains("train.tar/(before byte ") && line.contains("is damaged ("))
        .anyMatch(line -> line.endsWith("train.tar/class2/more.png\tis a link"));
    String refused = "1 of 47 images (2.13 %) cannot be read, more than the allowed 1.00 %";
    run("pretrain --config DIR/mae.yaml --out DIR/no").assertRefused(refused);
    run("pretrain --config DIR/mae.yaml --out DIR/no --dry-run").assertRefused(refused);

    assertThat(run("data check DIR/train.tar").out())
        .contains("left out  1 damaged part of an archive, 1 link", "unreadable 2");
    assertThat(
            mto("embed --weights builtin:mae-tiny --images DIR/train.tar --out DIR/all.npy").out())
        .contains(told, "2 images could not be read");
    for (String line :
        List.of(
            "pretrain --config DIR/mae.yaml --out DIR/new --dry-run --set data.max_bad_share=0.1",
            "evaluate finetune --run DIR/run --out DIR/job --recipe-set epochs=1 --recipe-set batch=8 --recipe-set accumulate=1 --recipe-set warmup_epochs=0",
            "evaluate knn --run DIR/run",
            "analyze heterogeneity --run DIR/run --images DIR/train.tar --out DIR/pictures",
            "data shard DIR/train.tar --out DIR/shards --shards 2 --max-bad-share 0.1")) {
      CommandRun done = run(line);
      assertThat(done.out()).as(done.toString()).contains(told);
    }
    assertThat(run("predict --job DIR/job --images DIR/train.tar --out DIR/classes.csv").out())
        .contains(told, "2 images could not be read");
    assertThat(root.resolve("shards/bad-images.txt")).content().hasLineCount(2);
    assertThat(run("data check DIR/shards").out()).contains("images    23");
    run("data shard DIR/train.tar --out DIR/few --shards 2")
        .assertRefused("2 of 23 images (8.70 %) cannot be read");
  }

  @Test
  void moreLinksThanImagesAreLeftOutOfVectorsAndPredictions() throws IOException {
    ByteArrayOutputStream tar = new ByteArrayOutputStream();
    try (TarArchiveOutputStream out = new TarArchiveOutputStream(tar)) {
      byte[] image = Files.readAllBytes(root.resolve("train/class1/3.png"));
      TarArchiveEntry entry = new TarArchiveEntry("1.png");
      entry.setSize(image.length);
      out.putArchiveEntry(entry);
      out.write(image);
      out.closeArchiveEntry();
      for (int i = 2; i < 5; i++) {
        TarArchiveEntry link = new TarArchiveEntry(i + ".png", TarConstants.LF_SYMLINK);
        link.setLinkName("1.png");
        out.putArchiveEntry(link);
        out.closeArchiveEntry();
      }
    }
    Files.write(root.resolve("links.tar"), tar.toByteArray());

    assertThat(
            mto("embed --weights builtin:mae-tiny --images DIR/links.tar --out DIR/links.npy")
                .out())
        .contains("3 images could not be read");
  }

  /** Breaks the second header, and adds a link. */
  private static void damage(Path tar) throws IOException {
    byte[] before = Files.readAllBytes(tar);
    List<Integer> headers = new ArrayList<>();
    int end = 0;
    for (int at = 0; before[at] != 0; at = end) {
      headers.add(at);
      int bytes = Integer.parseInt(new String(before, at + 124, 11, US_ASCII), 8);
      end = at + 512 + (bytes + 511) / 512 * 512;
    }
    before[headers.get(1) + 124] ^= 0x5A;
    ByteArrayOutputStream after = new ByteArrayOutputStream();
    after.write(before, 0, end);
    try (TarArchiveOutputStream out = new TarArchiveOutputStream(after)) {
      TarArchiveEntry link = new TarArchiveEntry("class2/more.png", TarConstants.LF_SYMLINK);
      link.setLinkName("7.png");
      out.putArchiveEntry(link);
      out.closeArchiveEntry();
    }
    Files.write(tar, after.toByteArray());
  }

  private CommandRun mto(String line) {
    CommandRun run = run(line);
    run.assertDone();
    return run;
  }

  private CommandRun run(String line) {
    return Execution.of(line.replace("DIR", root.toString()).split(" "));
  }
}
