package dev.mto.data.folder;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.entry;

import dev.mto.data.Images;
import dev.mto.data.image.EncodedImage;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.IntStream;
import org.apache.commons.codec.digest.DigestUtils;
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
  void filesKeepTheirOrderAndMayBeAnywhere() {
    ImageFolder files = ImageFolder.ofFiles(root, List.of("b.png", "/elsewhere/a.jpg", "b.png"));

    assertThat(files.labelled()).isFalse();
    assertThat(files.size()).isEqualTo(3);
    assertThat(files.path(0)).isEqualTo(files.path(2)).isEqualTo(root.resolve("b.png"));
    assertThat(files.path(1)).isEqualTo(Path.of("/elsewhere/a.jpg"));
    assertThat(files.identity())
        .isNotEqualTo(ImageFolder.ofFiles(root, List.of("b.png", "b.png")).identity());
    assertThatThrownBy(() -> ImageFolder.ofFiles(root, List.of())).hasMessage("no image is named");
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
  void aFolderWithoutAnImageIsNoClassButNamed() throws Exception {
    Files.createDirectory(root.resolve("a"));
    file("logs/run.txt", 1);
    file("m/1.png", 1);
    ImageFolder folder = ImageFolder.open(root);
    assertThat(folder.classes()).containsExactly("m");
    assertThat(folder.label(0)).isZero();
    assertThat(folder.leftOut().emptyFolders()).containsExactly("a", "logs");
  }

  @Test
  void foldersThatSystemsMakeAreLeftOutWithTheirImages() {
    file("__MACOSX/1.png", 1);
    file("$RECYCLE.BIN/1.png", 1);
    file("a/1.png", 1);
    file("a/@eaDir/1.png/THUMB.jpg", 1);
    ImageFolder folder = ImageFolder.open(root);
    assertThat(folder.classes()).containsExactly("a");
    assertThat(folder.size()).isEqualTo(1);
    assertThat(folder.leftOut().line()).isEqualTo("3 system folders");
  }

  @Test
  void imagesAreKnownByTheirFirstBytesWhereTheirNamesDoNotTell() {
    Images.write(root.resolve("a/0000ab"), EncodedImage.png(new byte[] {1}, 1, 1));
    Images.write(root.resolve("a/photo.original"), EncodedImage.png(new byte[] {1}, 1, 1));
    Images.write(root.resolve("a/not-opened.txt"), EncodedImage.png(new byte[] {1}, 1, 1));
    file("a/1.tif", 1);
    file("a/1.TIFF", 1);
    file("a/1.bmp", 1);
    file("a/1.webp", 1);
    file("a/1.jfif", 1);
    file("a/1.gif", 1);
    file("a/2.GIF", 1);
    file("a/readme", 1);
    file("a/.DS_Store", 1);
    file("notes.md", 1);
    ImageFolder folder = ImageFolder.open(root);
    assertThat(folder.size()).isEqualTo(7);
    LeftOut leftOut = folder.leftOut();
    assertThat(leftOut.byEnding())
        .containsExactly(
            entry(".gif", 2), entry(".md", 1), entry(".txt", 1), entry("no ending", 1));
    assertThat(leftOut.line()).isEqualTo("2 .gif, 1 .md, 1 .txt, 1 no ending, 1 hidden");
    assertThat(leftOut.files()).isEqualTo(5);
  }

  @Test
  void theIdentityOfJpegsAndPngsIsTheOneThatStudiesWereMadeWith() throws Exception {
    file("b/2.JPG", 2);
    file("b/deep/1.png", 3);
    file("a/x.jpeg", 4);
    file("a/notes.txt", 5);
    String text = "a/x.jpeg\0" + "4\nb/2.JPG\0" + "2\nb/deep/1.png\0" + "3\n";
    assertThat(ImageFolder.open(root).identity()).isEqualTo(DigestUtils.sha256Hex(text));
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
  void aFolderNamedLikeAnImageIsAFolder() throws Exception {
    Files.createDirectories(root.resolve("a/odd.jpg"));
    file("a/more.png/1.png", 1);
    ImageFolder folder = ImageFolder.open(root);
    assertThat(folder.size()).isEqualTo(1);
    assertThat(folder.path(0)).isEqualTo(root.resolve("a/more.png/1.png"));
  }
}
