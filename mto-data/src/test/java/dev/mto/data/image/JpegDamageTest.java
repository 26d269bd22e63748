package dev.mto.data.image;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mto.data.Images;
import dev.mto.data.pixels.Pixels;
import java.nio.file.Path;
import java.util.Arrays;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.opencv.global.opencv_imgcodecs;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The end-of-image marker is there, but what lies before it is not. */
class JpegDamageTest {
  @TempDir private Path folder;

  private static byte[] jpeg(int progressive, int optimized, int channels) {
    Pixels noise = Pictures.noise(60, 100, channels, 8);
    return Pictures.encode(
        ".jpg",
        noise,
        opencv_imgcodecs.IMWRITE_JPEG_PROGRESSIVE,
        progressive,
        opencv_imgcodecs.IMWRITE_JPEG_OPTIMIZE,
        optimized);
  }

  @ParameterizedTest
  @CsvSource({"0,0,3", "0,1,3", "1,1,3", "0,0,1", "1,0,1"})
  void dataCutOrZeroedBeforeTheEndAreNoticedWhenTheyAreRead(
      int progressive, int optimized, int channels) throws Exception {
    byte[] whole = jpeg(progressive, optimized, channels);
    EncodedImage sound = EncodedImage.read(Images.write(folder.resolve("ok.jpg"), whole));
    assertThat(sound.header().doubtful()).isFalse();
    sound.pixels(3);
    sound.requireSound();
    // the last tenth of a progressive one is the last bit of details
    for (int percent : progressive == 1 ? new int[] {60, 75} : new int[] {60, 75, 95}) {
      int kept = whole.length * percent / 100;
      byte[] zeroed = whole.clone();
      Arrays.fill(zeroed, kept, whole.length - 2, (byte) 0);
      byte[] cut = Arrays.copyOf(whole, kept + 2);
      cut[kept] = (byte) 0xFF;
      cut[kept + 1] = (byte) 0xD9;
      for (byte[] damaged : new byte[][] {zeroed, cut}) {
        EncodedImage file = EncodedImage.read(Images.write(folder.resolve("bad.jpg"), damaged));
        for (ReducedDecoding reduction :
            new ReducedDecoding[] {ReducedDecoding.NONE, ReducedDecoding.HALF}) {
          assertThatThrownBy(() -> decode(file, reduction))
              .as("%d %%", percent)
              .isInstanceOf(UnreadableImageException.class)
              .hasMessageStartingWith("damaged JPEG: ");
        }
      }
    }
  }

  @SuppressWarnings("try")
  private static void decode(EncodedImage file, ReducedDecoding reduction) throws Exception {
    try (PointerScope scope = OpenCv.scope()) {
      file.decode(3, reduction);
    }
  }

  @Test
  void otherDamageIsFoundByTheFullCheckAlone() throws Exception {
    byte[] file = jpeg(0, 0, 3);
    Arrays.fill(file, file.length / 2, file.length / 2 + 20, (byte) 0x5A);
    EncodedImage image = EncodedImage.read(Images.write(folder.resolve("a.jpg"), file));
    image.pixels(3);
    assertThatThrownBy(image::requireSound).hasMessageStartingWith("damaged JPEG: ");
  }

  @Test
  void aGreyOrFlatImageIsNotDamaged() throws Exception {
    byte[] grey = new byte[640 * 480];
    for (int value : new int[] {0, 128, 255}) {
      Arrays.fill(grey, (byte) value);
      byte[] file =
          Pictures.encode(
              ".jpg", new Pixels(grey, 480, 640, 1), opencv_imgcodecs.IMWRITE_JPEG_OPTIMIZE, 1);
      EncodedImage image = EncodedImage.read(Images.write(folder.resolve("a.jpg"), file));
      assertThat(image.pixels(1).value(0)).isEqualTo(value);
      image.requireSound();
    }
  }
}
