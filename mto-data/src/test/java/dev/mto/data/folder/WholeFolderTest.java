package dev.mto.data.folder;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class WholeFolderTest {
  @TempDir private Path folder;

  @Test
  void aFolderOfThatNameAloneIsTheUsers() throws IOException {
    Path mine = Files.createDirectory(folder.resolve("out.old"));
    Files.writeString(mine.resolve("mark"), "mine");

    WholeFolder.write(
        folder.resolve("out"),
        "mark",
        partial -> Files.writeString(Files.createDirectory(partial).resolve("mark"), "new"));

    assertThat(mine.resolve("mark")).hasContent("mine");
  }

  @Test
  void whatWasThereComesBackWhereTheNewOneDidNotGetThere() throws IOException {
    Path out = folder.resolve("out");
    for (String killed : new String[] {"out.old", "out.partial"}) {
      Files.writeString(Files.createDirectory(folder.resolve(killed)).resolve("mark"), killed);
    }

    WholeFolder.write(
        out,
        "mark",
        partial -> {
          assertThat(out.resolve("mark")).hasContent("out.old");
          Files.writeString(Files.createDirectory(partial).resolve("mark"), "new");
        });

    assertThat(out.resolve("mark")).hasContent("new");
    assertThat(folder).isDirectoryNotContaining(path -> !path.equals(out));
  }
}
