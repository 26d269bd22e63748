package dev.mto.data.image;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mto.data.Images;
import dev.mto.data.format.ImageFormat;
import dev.mto.data.format.TiffFile;
import dev.mto.data.pixels.Pixels;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Locale;
import org.bytedeco.opencv.global.opencv_imgcodecs;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ImageFormatTest {
  @TempDir private Path folder;

  @ParameterizedTest
  @CsvSource({".png,PNG", ".tiff,TIFF", ".bmp,BMP", ".webp,WEBP"})
  void everyPixelOfEachFormatIsRead(String ending, ImageFormat format) throws Exception {
    Pixels noise = Pictures.noise(13, 17, 3, 8);
    int[] lossless = {opencv_imgcodecs.IMWRITE_WEBP_QUALITY, 101};
    byte[] bytes = Pictures.encode(ending, noise, ending.equals(".webp") ? lossless : new int[0]);
    assertThat(ImageFormat.of(Arrays.copyOf(bytes, ImageFormat.START_BYTES))).contains(format);
    assertThat(ImageFormat.named("a" + ending.toUpperCase(Locale.ROOT))).isTrue();
    Path file = Images.write(folder.resolve("a"), bytes);
    assertThat(EncodedImage.read(file).format()).isEqualTo(format);
    assertThat(EncodedImage.pixels(file, 3).values()).isEqualTo(noise.values());
  }

  @Test
  void otherFilesHaveNoFormat() {
    for (String text : new String[] {"", "BM is how this text begins", "RIFF....WAVE", "II*"}) {
      assertThat(ImageFormat.of(text.getBytes(US_ASCII))).isEmpty();
    }
    assertThat(ImageFormat.named("jpg")).isFalse();
    assertThat(ImageFormat.named("a.jpg.txt")).isFalse();
  }

  @ParameterizedTest
  @ValueSource(strings = {".tiff", ".bmp", ".webp"})
  void everyTruncationIsNoticed(String ending) {
    byte[] bytes = Pictures.encode(ending, Pictures.smooth(5, 6));
    for (int length = 0; length < bytes.length; length++) {
      Path cut = Images.write(folder.resolve("cut"), Arrays.copyOf(bytes, length));
      assertThatThrownBy(() -> EncodedImage.pixels(cut, 3))
          .as("%d of %d bytes", length, bytes.length)
          .isInstanceOf(UnreadableImageException.class);
    }
  }

  @Test
  void everyTruncationOfATiffInPlanesIsNoticed() {
    byte[] bytes = new TiffFile(Pictures.noise(4, 3, 5, 16)).planar().deflated().bytes();
    for (int length = 0; length < bytes.length; length++) {
      Path cut = Images.write(folder.resolve("cut"), Arrays.copyOf(bytes, length));
      assertThatThrownBy(() -> EncodedImage.pixels(cut, 5))
          .as("%d of %d bytes", length, bytes.length)
          .isInstanceOf(UnreadableImageException.class);
    }
  }
}
