package dev.mto.data.folder;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mto.data.Images;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Images whose folders mean nothing, and images that are named one by one. */
class UnlabelledImagesTest {
  @TempDir private Path root;

  private Path file(String name, int bytes) {
    return Images.write(root.resolve(name), new byte[bytes]);
  }

  private static List<Path> paths(ImageFolder folder) {
    return IntStream.range(0, folder.size()).mapToObj(folder::path).toList();
  }

  @Test
  void imagesInTheFolderAndInFoldersBelowAreListedTogether() {
    file("b.png", 1);
    file("shoes/red/a.jpg", 1);
    file("shoes/notes.txt", 1);
    file(".cache/x.png", 1);
    file("__MACOSX/x.png", 1);

    ImageFolder folder = ImageFolder.atAnyDepth(root);

    assertThat(paths(folder))
        .containsExactly(root.resolve("b.png"), root.resolve("shoes/red/a.jpg"));
    assertThat(folder.labelled()).isFalse();
    assertThat(folder.leftOut().line()).isEqualTo("1 .txt, 1 hidden, 1 system folder");
  }

  @Test
  void theirIdentityIsOfNamesAndSizes() {
    file("a/b.png", 1);
    String identity = ImageFolder.atAnyDepth(root).identity();
    assertThat(ImageFolder.atAnyDepth(root).identity()).isEqualTo(identity);

    file("a/b.png", 2);

    assertThat(ImageFolder.atAnyDepth(root).identity()).isNotEqualTo(identity);
  }

  @Test
  void aFolderWithoutImagesIsRefused() {
    file("a/notes.txt", 1);
    assertThatThrownBy(() -> ImageFolder.atAnyDepth(root))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("holds no image");
    assertThatThrownBy(() -> ImageFolder.atAnyDepth(root.resolve("none")))
        .hasMessageContaining("does not exist: give a folder of images");
  }

  @Test
  void aListNamesImagesFromItsOwnFolderAndMissingOnesToo() throws IOException {
    Path first = file("photos/a b.png", 1);
    Path absolute = file("other/c.png", 1);
    Path list = root.resolve("list.txt");
    Files.writeString(list, "\uFEFFphotos/a b.png\n\n  " + absolute + "\r\nmissing.png\n");

    ImageFolder folder = ImageFolder.listedIn(list);

    assertThat(paths(folder)).containsExactly(first, absolute, Path.of("missing.png"));
    String identity = folder.identity();
    file("photos/a b.png", 2);
    assertThat(ImageFolder.listedIn(list).identity()).isNotEqualTo(identity);
  }

  @Test
  void listsThatNameNothingOrAreNoTextAreRefused() throws IOException {
    Path list = Files.writeString(root.resolve("list.txt"), "\n \n");
    assertThatThrownBy(() -> ImageFolder.listedIn(list)).hasMessageContaining("names no image");

    Files.write(list, "Maß.png".getBytes(StandardCharsets.ISO_8859_1));
    assertThatThrownBy(() -> ImageFolder.listedIn(list)).hasMessageContaining("no text in UTF-8");

    Files.writeString(list, "a.png\nb\0.png\n");
    assertThatThrownBy(() -> ImageFolder.listedIn(list)).hasMessageContaining("line 2: is no path");

    assertThatThrownBy(() -> ImageFolder.of(List.of())).hasMessageContaining("no image is named");
  }
}
