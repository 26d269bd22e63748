package dev.mto.engine.folder;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mto.engine.errors.UserException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RunFolderTest {
  @TempDir private Path parent;

  @ParameterizedTest
  @ValueSource(
      strings = {
        "checkpoints/",
        "pictures/",
        "run.lock",
        "train.log",
        "provenance.json",
        "bad-images.txt",
        "checkpoints/last.safetensors",
        "checkpoints/last.json",
        "config.yaml.0123456789abcdef.tmp"
      })
  void whatABeginningLeftThatWasCutShortIsNoRunAndInNobodysWay(String left) throws IOException {
    Path root = parent.resolve("run");
    put(root, left);

    assertThat(RunFolder.isRun(root)).isFalse();
    RunFolder folder = RunFolder.create(root);

    assertThat(folder.checkpoints()).isEmptyDirectory();
    assertThat(folder.log()).doesNotExist();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "notes.txt",
        "metrics.jsonl",
        "pictures/loss.png",
        "checkpoints/epoch-0001.safetensors"
      })
  void aFolderWithAnythingElseIsLeftAlone(String file) throws IOException {
    Path root = parent.resolve("run");
    put(root, file);

    assertThatThrownBy(() -> RunFolder.create(root))
        .isInstanceOf(UserException.class)
        .hasMessage(root + ": holds other files, but no run (no config.yaml); name another --out");
    assertThat(root.resolve(file)).exists();
  }

  @Test
  void aRunIsNotOverwrittenAndNotTakenAwayOnceItHasAStep() throws IOException {
    Path root = parent.resolve("run");
    put(root, "config.yaml");

    assertThatThrownBy(() -> RunFolder.create(root)).hasMessageContaining("a run is there already");

    Files.writeString(root.resolve("metrics.jsonl"), "{}\n");
    RunFolder.open(root).discard();
    assertThat(root.resolve("config.yaml")).exists();
  }

  @Test
  void aRunThatAnotherProcessIsBeginningIsNeitherSweptNorTakenAway() throws IOException {
    Path root = parent.resolve("run");
    RunFolder folder = RunFolder.create(root);
    put(root, "train.log");
    put(root, "checkpoints/last.safetensors");

    try (FolderLock lock = FolderLock.of(root)) {
      assertThat(lock).isNotNull();
      assertThatThrownBy(() -> RunFolder.create(root))
          .isInstanceOf(UserException.class)
          .hasMessageContaining("is in use by another process");
      folder.discard();
    }

    assertThat(root.resolve("train.log")).exists();
    assertThat(root.resolve("checkpoints/last.safetensors")).exists();
  }

  @Test
  void aBeginningThatFailedIsTakenAwayWhole() {
    Path root = parent.resolve("run");
    RunFolder folder = RunFolder.create(root);
    FolderLock.of(root).close();

    folder.discard();

    assertThat(root).doesNotExist();
  }

  private static void put(Path root, String file) throws IOException {
    Path path = root.resolve(file);
    Files.createDirectories(file.endsWith("/") ? path : path.getParent());
    if (!file.endsWith("/")) {
      Files.createFile(path);
    }
  }
}
