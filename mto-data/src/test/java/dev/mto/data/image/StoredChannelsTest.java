package dev.mto.data.image;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mto.data.Images;
import dev.mto.data.format.TiffFile;
import dev.mto.data.pixels.Pixels;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class StoredChannelsTest {
  @TempDir private Path folder;

  private Path png(int channels, int bits) {
    return Pictures.file(folder.resolve("a.png"), ".png", Pictures.noise(7, 9, channels, bits));
  }

  @Test
  void sixteenBitsKeepEveryValueInEveryFormat() throws Exception {
    for (int channels : new int[] {1, 3}) {
      Pixels noise = Pictures.noise(7, 9, channels, 16);
      for (String ending : new String[] {".png", ".tiff"}) {
        Path file = Pictures.file(folder.resolve("a"), ending, noise);
        assertThat(EncodedImage.pixels(file, channels))
            .extracting(Pixels::bits, Pixels::values)
            .containsExactly(noise.bits(), noise.values());
      }
    }
  }

  @Test
  void greyOfSixteenBitsIsThreeEqualChannels() throws Exception {
    Pixels noise = Pictures.noise(7, 9, 1, 16);
    Pixels read = EncodedImage.pixels(png(1, 16), 3);
    for (int i = 0; i < read.count(); i++) {
      assertThat(read.value(i)).isEqualTo(noise.value(i / 3));
    }
  }

  @Test
  void alphaIsDroppedFromColoursAndReadAsTheFourthChannel() throws Exception {
    for (int bits : new int[] {8, 16}) {
      Pixels bgra = Pictures.noise(7, 9, 4, bits);
      Path file = png(4, bits);
      assertThat(EncodedImage.read(file).alpha()).isTrue();
      Pixels three = EncodedImage.pixels(file, 3);
      Pixels four = EncodedImage.pixels(file, 4);
      for (int i = 0; i < 7 * 9; i++) {
        assertThat(three.value(3 * i)).isEqualTo(bgra.value(4 * i));
        assertThat(four.value(4 * i)).isEqualTo(bgra.value(4 * i + 2));
        assertThat(four.value(4 * i + 3)).isEqualTo(bgra.value(4 * i + 3));
      }
      assertThat(EncodedImage.pixels(file, 1).channels()).isEqualTo(1);
    }
  }

  /** Made by Pillow from the values 10, 20 (grey) and 30, 40 (alpha). */
  @Test
  void aGreyPngWithAlphaHasTwoChannels() throws Exception {
    Path file = Images.resource("grey-alpha.png", folder);
    assertThat(EncodedImage.pixels(file, 2).values()).containsExactly(10, 30, 20, 40);
    assertThat(EncodedImage.pixels(file, 1).values()).containsExactly(10, 20);
    assertThat(EncodedImage.pixels(file, 3).values()).containsExactly(10, 10, 10, 20, 20, 20);
    assertThatThrownBy(() -> EncodedImage.pixels(file, 4))
        .hasMessageContaining("has 2 channels, the last one alpha, but 4 are asked for");
  }

  @Test
  void bandsAreReadInTheirOrderAndColoursAsBgr() throws Exception {
    for (int channels : new int[] {2, 4, 5}) {
      Pixels noise = Pictures.noise(7, 9, channels, 16);
      Path file = Images.write(folder.resolve("bands.tif"), new TiffFile(noise).bytes());
      assertThat(EncodedImage.pixels(file, channels))
          .extracting(Pixels::bits, Pixels::values)
          .containsExactly(noise.bits(), noise.values());
    }
    Pixels noise = Pictures.noise(7, 9, 3, 8);
    Path file = Images.write(folder.resolve("rgb.tif"), new TiffFile(noise).bytes());
    Pixels bgr = EncodedImage.pixels(file, 3);
    for (int i = 0; i < noise.count(); i++) {
      assertThat(bgr.value(i)).isEqualTo(noise.value(i - i % 3 + 2 - i % 3));
    }
  }

  @Test
  void aChannelThatIsNoTransparencyIsNeverDropped() {
    Path bands =
        Images.write(folder.resolve("a.tif"), new TiffFile(Pictures.noise(7, 9, 4, 16)).bytes());
    for (int wanted : new int[] {1, 2, 3, 5}) {
      assertThatThrownBy(() -> EncodedImage.pixels(bands, wanted))
          .isInstanceOf(UnreadableImageException.class)
          .hasMessageContaining("has 4 channels but " + wanted + " are asked for");
    }
    assertThatThrownBy(() -> EncodedImage.pixels(Images.resource("rgb.jpg", folder), 4))
        .hasMessageContaining("has 3 channels but 4 are asked for");
  }

  @Test
  void theAlphaOfATiffIsDroppedFromColours() throws Exception {
    Pixels rgba = Pictures.noise(7, 9, 4, 8);
    Path file = Images.write(folder.resolve("a.tif"), new TiffFile(rgba).with(338, 2).bytes());
    assertThat(EncodedImage.pixels(file, 3).value(2)).isEqualTo(rgba.value(0));
    assertThat(EncodedImage.pixels(file, 4).values()).isEqualTo(rgba.values());
  }
}
