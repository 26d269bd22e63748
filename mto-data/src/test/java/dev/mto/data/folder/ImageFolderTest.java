package dev.mto.data.folder;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mto.data.Images;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ImageFolderTest {
  @TempDir Path root;

  private void file(String name, int bytes) {
    Images.write(root.resolve(name), new byte[bytes]);
  }

  @Test
  void classFoldersGiveLabelsInTheOrderOfTheirNames() {
    file("b/2.JPG", 1);
    file("b/deep/1.png", 1);
    file("a/x.JpEg", 1);
    file("a/notes.txt", 1);
    file("b/.hidden.png", 1);
    file(".cache/1.png", 1);
    ImageFolder folder = ImageFolder.open(root);
    assertThat(folder.classes()).containsExactly("a", "b");
    assertThat(folder.size()).isEqualTo(3);
    assertThat(folder.path(0)).isEqualTo(root.resolve("a/x.JpEg"));
    assertThat(folder.path(1)).isEqualTo(root.resolve("b/2.JPG"));
    assertThat(folder.path(2)).isEqualTo(root.resolve("b/deep/1.png"));
    assertThat(folder.label(0)).isZero();
    assertThat(folder.label(2)).isEqualTo(1);
  }

  @Test
  void imagesDirectlyInTheFolderAreUnlabelled() {
    file("2.png", 1);
    file("1.jpg", 1);
    ImageFolder folder = ImageFolder.open(root);
    assertThat(folder.labelled()).isFalse();
    assertThat(folder.path(0)).isEqualTo(root.resolve("1.jpg"));
    assertThat(folder.label(0)).isEqualTo(-1);
  }

  @Test
  void someImagesAreTakenEvenlyOverAllClasses() {
    for (int i = 0; i < 8; i++) {
      file("a/%d.png".formatted(i), 1);
      file("b/%d.png".formatted(i), 1);
    }
    ImageFolder folder = ImageFolder.open(root);

    ImageFolder some = folder.evenly(4);

    assertThat(IntStream.range(0, some.size()).mapToObj(some::path))
        .containsExactly(
            root.resolve("a/0.png"),
            root.resolve("a/4.png"),
            root.resolve("b/0.png"),
            root.resolve("b/4.png"));
    assertThat(some.label(1)).isZero();
    assertThat(some.label(2)).isEqualTo(1);
    assertThat(some.classes()).isEqualTo(folder.classes());
    assertThat(some.identity()).isNotEqualTo(folder.identity());
    assertThat(folder.evenly(16)).isSameAs(folder);
  }

  @Test
  void anEmptyClassFolderKeepsItsLabel() throws Exception {
    Files.createDirectory(root.resolve("a"));
    file("b/1.png", 1);
    assertThat(ImageFolder.open(root).label(0)).isEqualTo(1);
  }

  @Test
  void identityFollowsNamesAndSizesButNotThePlace(@TempDir Path elsewhere) {
    file("a/1.png", 3);
    String first = ImageFolder.open(root).identity();
    Images.write(elsewhere.resolve("a/1.png"), new byte[3]);
    assertThat(ImageFolder.open(elsewhere).identity()).isEqualTo(first);
    file("a/1.png", 4);
    assertThat(ImageFolder.open(root).identity()).isNotEqualTo(first);
  }

  @Test
  void wrongFoldersGetOneLine() {
    assertThatThrownBy(() -> ImageFolder.open(root.resolve("none")))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("none does not exist");
    assertThatThrownBy(() -> ImageFolder.open(root)).hasMessageContaining("holds no image");
    file("1.png", 1);
    assertThatThrownBy(() -> ImageFolder.open(root.resolve("1.png")))
        .hasMessageContaining("is not a folder");
    file("a/1.png", 1);
    assertThatThrownBy(() -> ImageFolder.open(root)).hasMessageContaining("both directly and in a");
  }

  @Test
  void aFolderNamedLikeAnImageIsListedAsOne() throws Exception {
    Files.createDirectories(root.resolve("a/odd.jpg"));
    file("a/1.png", 1);
    ImageFolder folder = ImageFolder.open(root);
    assertThat(folder.size()).isEqualTo(2);
    assertThat(folder.path(1)).isEqualTo(root.resolve("a/odd.jpg"));
  }
}
