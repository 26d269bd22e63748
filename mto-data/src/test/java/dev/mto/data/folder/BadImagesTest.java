package dev.mto.data.folder;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class BadImagesTest {
  @TempDir private Path folder;

  @Test
  void aListThatAPowerCutEndedAnywhereIsGoneOnWith() throws IOException {
    byte[] whole = "a/één.jpg\tnot an image\nb/zwei.jpg\tcut short\n".getBytes(UTF_8);
    for (int length = 0; length <= whole.length; length++) {
      Path list = Files.write(folder.resolve("bad.txt"), Arrays.copyOf(whole, length));

      BadImages.open(list, 10, 1).add(Path.of("c.jpg"), "not an image");

      BadImages again = BadImages.open(list, 10, 1);
      again.add(Path.of("c.jpg"), "not an image");
      String kept = new String(Arrays.copyOf(whole, length), UTF_8);
      long lines = kept.chars().filter(c -> c == '\n').count();
      assertThat(again.count()).as("%d bytes", length).isEqualTo((int) lines + 1);
      assertThat(BadImages.lines(list))
          .hasSize((int) lines + 1)
          .last()
          .isEqualTo("c.jpg\tnot an image");
    }
  }
}
