package dev.mto.engine.folder;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mto.engine.errors.FileException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AtomicFilesTest {
  @TempDir private Path folder;
  private Path file;

  @BeforeEach
  void writeTheOldFile() throws IOException {
    file = folder.resolve("file.txt");
    AtomicFiles.writeString(file, "old");
  }

  @Test
  void replacesTheWholeFile() throws IOException {
    AtomicFiles.writeString(file, "né");

    assertThat(file).hasContent("né");
    assertThat(folder).isDirectoryNotContaining("glob:**.tmp");
  }

  @Test
  void aFailureHalfWayKeepsTheOldFileAndLeavesNoOther() {
    assertThatThrownBy(
            () ->
                AtomicFiles.write(
                    file,
                    temporary -> {
                      Files.writeString(temporary, "half of the n");
                      throw new IOException("No space left on device");
                    }))
        .isInstanceOf(FileException.class)
        .hasMessage(
            file + ": cannot be written (No space left on device); what was saved before is kept");

    assertThat(file).hasContent("old");
    assertThat(folder).isDirectoryNotContaining("glob:**.tmp");
  }

  @Test
  void aLinkInItsPlaceIsReplacedAndNotFollowed() throws IOException {
    Path victim = Files.writeString(folder.resolve("victim"), "mine");
    Path link = Files.createSymbolicLink(folder.resolve("link"), victim);
    Files.createSymbolicLink(folder.resolve("link.tmp"), victim);

    AtomicFiles.writeString(link, "new");

    assertThat(victim).hasContent("mine");
    assertThat(link).hasContent("new").isRegularFile();
    assertThat(Files.isSymbolicLink(link)).isFalse();
  }

  @Test
  void whatIsNoFileIsNotReplaced() {
    assertThatThrownBy(() -> AtomicFiles.writeString(folder, "text"))
        .isInstanceOf(FileException.class)
        .hasMessageStartingWith(folder + ": cannot be written (in its place is something else");
    assertThatThrownBy(() -> AtomicFiles.writeString(Path.of("/dev/null"), "text"))
        .isInstanceOf(FileException.class);
    assertThat(Files.isRegularFile(Path.of("/dev/null"))).isFalse();
  }

  @Test
  void whatAKilledWriterLeftIsSweptAndNothingElse() throws IOException {
    Files.createFile(folder.resolve("file.txt.0123456789abcdef.tmp"));
    Files.createFile(folder.resolve("notes.tmp"));

    AtomicFiles.sweep(folder);

    assertThat(folder.toFile().list()).containsExactlyInAnyOrder("file.txt", "notes.tmp");
  }

  @Test
  void anUncheckedFailureKeepsTheOldFileToo() {
    assertThatThrownBy(
            () ->
                AtomicFiles.write(
                    file,
                    temporary -> {
                      throw new IllegalArgumentException("not writable");
                    }))
        .isInstanceOf(IllegalArgumentException.class);

    assertThat(file).hasContent("old");
  }
}
