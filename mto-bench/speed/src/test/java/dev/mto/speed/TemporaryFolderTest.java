package dev.mto.speed;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

class TemporaryFolderTest {

  @Test
  void isGoneWithAllThatIsInIt() throws IOException {
    Path path;
    try (TemporaryFolder folder = new TemporaryFolder("mto-test")) {
      path = folder.path();
      Files.writeString(Files.createDirectory(path.resolve("a")).resolve("b"), "text");
      assertThat(path).isDirectory();
    }

    assertThat(path).doesNotExist();
  }
}
