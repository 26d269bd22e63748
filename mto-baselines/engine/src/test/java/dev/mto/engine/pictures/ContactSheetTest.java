package dev.mto.engine.pictures;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mto.data.image.Exif;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Photos beside each other. */
class ContactSheetTest {
  private static final int RED = 0xd02020;
  private static final int BLUE = 0x2020d0;
  private static final int BACKGROUND = 0xf2f3f5;

  /** The middle of the first photo, and from one to the next. */
  private static final int FIRST_X = 20 + 80;

  private static final int FIRST_Y = 20 + 30 + 22 + 80;
  private static final int RIGHT = 160 + 14;
  private static final int DOWN = 22 + 160 + 24 + 14;

  @TempDir private Path folder;

  private ContactSheet.Tile tile(String name, int rgb, int width, int height) throws IOException {
    BufferedImage image = new BufferedImage(width, height, BufferedImage.TYPE_INT_RGB);
    for (int y = 0; y < height; y++) {
      for (int x = 0; x < width; x++) {
        image.setRGB(x, y, rgb);
      }
    }
    Path file = folder.resolve(name + ".png");
    ImageIO.write(image, "png", file.toFile());
    return new ContactSheet.Tile(file, "0.987", name);
  }

  private BufferedImage drawn(List<List<ContactSheet.Tile>> rows) throws IOException {
    Path png = folder.resolve("sheet.png");
    ContactSheet.write(png, "caption", rows, Exif.APPLY);
    return ImageIO.read(png.toFile());
  }

  private static int rgb(BufferedImage sheet, int column, int line, int right, int down) {
    return sheet.getRGB(FIRST_X + column * RIGHT + right, FIRST_Y + line * DOWN + down) & 0xffffff;
  }

  @Test
  void ofFourBandsTheFirstThreeAreShown() throws IOException {
    ByteBuffer tiff = ByteBuffer.allocate(200).order(ByteOrder.LITTLE_ENDIAN);
    tiff.put((byte) 'I').put((byte) 'I').putShort((short) 42).putInt(24);
    for (int pixel = 0; pixel < 4; pixel++) {
      tiff.put(new byte[] {(byte) 0xd0, 0x20, 0x20, 0x7f});
    }
    int[][] tags = {
      {256, 2}, {257, 2}, {258, 8}, {259, 1}, {262, 1}, {273, 8}, {277, 4}, {278, 2}, {279, 16}
    };
    tiff.putShort((short) tags.length);
    for (int[] tag : tags) {
      tiff.putShort((short) tag[0]).putShort((short) 4).putInt(1).putInt(tag[1]);
    }
    Path file = Files.write(folder.resolve("bands.tif"), tiff.array());

    BufferedImage sheet = drawn(List.of(List.of(new ContactSheet.Tile(file, "", "bands"))));

    assertThat(rgb(sheet, 0, 0, 0, 0)).isEqualTo(RED);
  }

  @Test
  void photosKeepColoursAndShapesInTheirPlaces() throws IOException {
    BufferedImage sheet =
        drawn(
            List.of(
                List.of(tile("small", RED, 32, 32), tile("wide", BLUE, 1000, 500)),
                List.of(tile("tall", BLUE, 20, 40), tile("grey", 0x808080, 3, 3))));

    assertThat(sheet.getWidth()).isEqualTo(20 + 160 + 14 + 160 + 20);
    assertThat(rgb(sheet, 0, 0, 0, 0)).isEqualTo(RED);
    assertThat(rgb(sheet, 0, 0, 79, 79)).isEqualTo(RED);
    assertThat(rgb(sheet, 1, 0, 79, 39)).isEqualTo(BLUE);
    assertThat(rgb(sheet, 1, 0, 0, 45)).isEqualTo(BACKGROUND);
    assertThat(rgb(sheet, 0, 1, 0, 79)).isEqualTo(BLUE);
    assertThat(rgb(sheet, 0, 1, 45, 0)).isEqualTo(BACKGROUND);
    assertThat(rgb(sheet, 1, 1, 0, 0)).isEqualTo(0x808080);
  }

  @Test
  void aLongRowGoesOnBelowItsSecondPhoto() throws IOException {
    List<ContactSheet.Tile> row =
        Stream.concat(
                Stream.of(tile("query", RED, 32, 32)),
                IntStream.range(0, 9).mapToObj(i -> blue("n" + i)))
            .toList();

    BufferedImage sheet = drawn(List.of(row, row));

    assertThat(sheet.getWidth()).isEqualTo(2 * 20 + 9 * RIGHT - 14);
    assertThat(rgb(sheet, 8, 0, 0, 0)).isEqualTo(BLUE);
    assertThat(rgb(sheet, 0, 1, 0, 0)).isEqualTo(0xffffff);
    assertThat(rgb(sheet, 1, 1, 0, 0)).isEqualTo(BLUE);
    assertThat(rgb(sheet, 2, 1, 0, 0)).isEqualTo(0xffffff);
    assertThat(rgb(sheet, 0, 2, 0, 0)).isEqualTo(RED);
  }

  private ContactSheet.Tile blue(String name) {
    try {
      return tile(name, BLUE, 32, 32);
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  @Test
  void aPhotoThatIsGoneLeavesItsPlaceEmpty() throws IOException {
    BufferedImage sheet =
        drawn(
            List.of(
                List.of(
                    new ContactSheet.Tile(folder.resolve("gone.png"), "0.5", "a".repeat(99)),
                    tile("here", RED, 8, 8))));

    assertThat(rgb(sheet, 0, 0, 0, 40)).isEqualTo(BACKGROUND);
    assertThat(rgb(sheet, 1, 0, 0, 0)).isEqualTo(RED);
  }
}
