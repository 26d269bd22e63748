package dev.mto.data.folder;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A class is known by its name, not by its rank in a folder. */
class ClassesByNameTest {
  @TempDir private Path root;
  private ImageFolder folder;

  @BeforeEach
  void write() throws IOException {
    for (String name : List.of("cat/1.png", "dog/1.png", "dog/2.png")) {
      Files.createDirectories(root.resolve(name).getParent());
      Files.createFile(root.resolve(name));
    }
    folder = ImageFolder.open(root);
  }

  @Test
  void labelsAreRanksAmongTheOthersAndPathsStay() {
    ImageFolder renamed = folder.inClasses(List.of("ant", "cat", "cow", "dog"));

    assertThat(List.of(renamed.label(0), renamed.label(1), renamed.label(2)))
        .containsExactly(1, 3, 3);
    for (int i = 0; i < 3; i++) {
      assertThat(renamed.path(i)).isEqualTo(folder.path(i)).exists();
    }
    assertThat(renamed.identity()).isEqualTo(folder.identity());
  }

  @Test
  void aClassThatTheOthersLackIsNamed() {
    assertThatThrownBy(() -> folder.inClasses(List.of("cat", "cow")))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(root + " has the classes [dog], which are not among [cat, cow]");
  }
}
