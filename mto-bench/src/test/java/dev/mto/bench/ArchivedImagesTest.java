package dev.mto.bench;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.mto.engine.testing.CommandRun;
import dev.mto.engine.testing.TinyRun;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveOutputStream;
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

  private CommandRun mto(String line) {
    CommandRun run = Execution.of(line.replace("DIR", root.toString()).split(" "));
    run.assertDone();
    return run;
  }
}
