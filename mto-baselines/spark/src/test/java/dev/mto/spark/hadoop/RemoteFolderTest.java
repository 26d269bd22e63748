package dev.mto.spark.hadoop;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mto.data.storage.Locations;
import dev.mto.engine.errors.FileException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RemoteFolderTest {
  @TempDir private Path root;

  @BeforeEach
  void register() {
    LocalStore.register();
  }

  private RemoteFolder folder(String scheme) {
    return RemoteFolder.at(Locations.path(LocalStore.address(scheme, root) + "/run")).orElseThrow();
  }

  @ParameterizedTest
  @ValueSource(strings = {"s3a", "hdfs"})
  void filesReplaceEachOtherAndArePutReadAndDeleted(String scheme) throws IOException {
    RemoteFolder folder = folder(scheme);
    assertThat(folder.files()).isEmpty();
    assertThat(folder.read("a/b.txt")).isEmpty();
    folder.put("a/b.txt", "one");
    folder.put("a/b.txt", "two");
    Path local = Files.writeString(root.resolve("local"), "three");
    folder.put("c", local);
    assertThat(folder.files()).containsExactly("a/b.txt", "c");
    assertThat(folder.read("a/b.txt")).contains("two");
    folder.get("c", root.resolve("here/c"));
    assertThat(root.resolve("here/c")).hasContent("three");
    folder.delete("c");
    folder.delete("c");
    assertThat(folder.files()).containsExactly("a/b.txt");
  }

  @ParameterizedTest
  @ValueSource(strings = {"s3a", "hdfs"})
  void aFileThatCannotBePutWholeLeavesTheOldOne(String scheme) {
    RemoteFolder folder = folder(scheme);
    folder.put("a", "old");
    assertThatThrownBy(() -> folder.put("a", root.resolve("missing")))
        .isInstanceOf(FileException.class)
        .hasMessageContaining(scheme + "://any" + root + "/run/a: cannot be written");
    assertThat(folder.read("a")).contains("old");
    assertThat(folder.files()).containsExactly("a");
  }

  @Test
  void aFileThatWasBeingPutWhenItsProcessDiedIsSwept() throws IOException {
    RemoteFolder folder = folder("hdfs");
    folder.put("checkpoints/last", "whole");
    Files.writeString(root.resolve("run/checkpoints/last.0123456789abcdef.tmp"), "who");
    folder.sweep();
    assertThat(folder.files()).containsExactly("checkpoints/last");
  }

  @ParameterizedTest
  @ValueSource(strings = {"s3a", "hdfs"})
  void aNewFileReplacesNone(String scheme) {
    RemoteFolder folder = folder(scheme);
    assertThat(folder.putNew("claim", "one")).isTrue();
    assertThat(folder.putNew("claim", "two")).isFalse();
    assertThat(folder.read("claim")).contains("one");
    assertThat(folder.isExclusive()).isEqualTo(scheme.equals("hdfs"));
  }
}
