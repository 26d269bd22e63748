package dev.mto.spark.hadoop;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mto.data.storage.Locations;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.ProviderMismatchException;
import java.nio.file.ReadOnlyFileSystemException;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class HadoopPathTest {
  @BeforeEach
  void register() {
    LocalStore.register();
  }

  @Test
  void namesComeAndGoAsOnTheSystem() {
    Path path = Locations.path("s3a://any/a/b//c.d/");
    assertThat(path).hasToString("s3a://any/a/b/c.d").isAbsolute();
    assertThat(path.getFileName()).hasToString("c.d");
    assertThat(path.getParent()).hasToString("s3a://any/a/b");
    assertThat(path.getRoot()).hasToString("s3a://any/");
    assertThat(path.getRoot().getFileName()).isNull();
    assertThat(path.getRoot().getParent()).isNull();
    assertThat(path.resolveSibling("x y")).hasToString("s3a://any/a/b/x y");
    assertThat(path.resolve("../z").normalize()).hasToString("s3a://any/a/b/z");
    assertThat(Locations.path("s3a://any/../a").normalize()).hasToString("s3a://any/a");
    assertThat(path.getParent().relativize(path.resolve("e"))).hasToString("c.d/e");
    assertThat(path.relativize(path.getParent())).hasToString("..");
    assertThat(path.subpath(1, 3)).hasToString("b/c.d").isRelative();
    assertThat(path.startsWith(path.getParent())).isTrue();
    assertThat(path.endsWith(path.subpath(1, 3))).isTrue();
    assertThat(path).isEqualTo(Locations.path(path.toString())).isNotEqualTo(path.getParent());
    assertThat(Locations.path("s3a://any")).hasToString("s3a://any/");
    assertThat(Locations.path("s3a://any/s-{0..2}.tar")).hasToString("s3a://any/s-{0..2}.tar");
    assertThatThrownBy(() -> path.resolve(Path.of("x")))
        .isInstanceOf(ProviderMismatchException.class);
  }

  @Test
  void nothingIsWrittenThroughPaths() {
    Path path = Locations.path("s3a://any/tmp/never");
    assertThatThrownBy(() -> Files.writeString(path, "x"))
        .isInstanceOf(ReadOnlyFileSystemException.class);
    assertThatThrownBy(() -> Files.createDirectory(path))
        .isInstanceOf(ReadOnlyFileSystemException.class);
    assertThatThrownBy(() -> Files.delete(path)).isInstanceOf(ReadOnlyFileSystemException.class);
  }
}
