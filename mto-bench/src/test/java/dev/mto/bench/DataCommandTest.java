package dev.mto.bench;

import static org.assertj.core.api.Assertions.assertThat;

import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DataCommandTest {
  @TempDir private Path folder;

  private void image(String name, int kind) throws IOException {
    Path file = folder.resolve(name);
    Files.createDirectories(file.getParent());
    BufferedImage image = new BufferedImage(4, 4, kind);
    image.getRaster().setSample(1, 1, 0, 200);
    ImageIO.write(image, "png", file.toFile());
  }

  @Test
  void aCheckSaysWhatIsReadOtherwiseThanItIsStoredAndWhatIsLeftOut() throws IOException {
    image("cat/1.png", BufferedImage.TYPE_USHORT_GRAY);
    image("cat/2.png", BufferedImage.TYPE_INT_ARGB);
    image("dog/1.png", BufferedImage.TYPE_INT_RGB);
    Files.createDirectories(folder.resolve("logs"));
    Files.createDirectories(folder.resolve("__MACOSX"));
    Files.writeString(folder.resolve("dog/1.gif"), "GIF");

    Execution check = Execution.of("data", "check", folder.toString());

    assertThat(check.code()).isZero();
    assertThat(check.out().lines())
        .contains(
            "formats   3 PNG",
            "channels  1 with 1, 1 with 3, 1 with 4",
            "  1 with alpha, which is not read",
            "  8 bits: 2 images, values 0 to 200 of 255",
            "  16 bits: 1 images, values 0 to 200 of 65535: a part of the range;"
                + " set data.mean and data.std as below",
            "left out  1 .gif, 1 system folder",
            "folders without an image, left out: logs",
            "unreadable 0");
  }

  @Test
  void channelsThatAreNotThoseAskedForAreNamed() throws IOException {
    image("1.png", BufferedImage.TYPE_INT_ARGB);
    image("2.png", BufferedImage.TYPE_INT_RGB);

    Execution check = Execution.of("data", "check", folder.toString(), "--channels", "4");

    assertThat(check.out())
        .contains("1 with alpha, which is read as the last channel")
        .contains("2.png: has 3 channels but 4 are asked for");
  }
}
