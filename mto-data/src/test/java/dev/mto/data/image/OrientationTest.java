package dev.mto.data.image;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mto.data.Images;
import dev.mto.data.format.TiffFile;
import dev.mto.data.pixels.Interpolation;
import dev.mto.data.pixels.Pixels;
import dev.mto.data.random.RandomStream;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.zip.CRC32;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.opencv.global.opencv_core;
import org.bytedeco.opencv.global.opencv_imgcodecs;
import org.bytedeco.opencv.opencv_core.Mat;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class OrientationTest {
  private static final int HEIGHT = 48;
  private static final int WIDTH = 64;

  @TempDir private Path folder;

  private static byte[] jpeg(int orientation) {
    byte[] plain = Pictures.encode(".jpg", Pictures.smooth(HEIGHT, WIDTH));
    byte[] exif = Pictures.exif(orientation);
    ByteArrayOutputStream turned = new ByteArrayOutputStream();
    turned.write(plain, 0, 2);
    turned.writeBytes(new byte[] {-1, (byte) 0xE1, 0, (byte) (exif.length + 8)});
    turned.writeBytes(new byte[] {'E', 'x', 'i', 'f', 0, 0});
    turned.writeBytes(exif);
    turned.write(plain, 2, plain.length - 2);
    return turned.toByteArray();
  }

  /** By OpenCV's own reading of the orientation. */
  @SuppressWarnings("try")
  private static Pixels upright(byte[] file) {
    try (PointerScope scope = OpenCv.scope()) {
      Mat encoded = new Mat(1, file.length, opencv_core.CV_8UC1, new BytePointer(file));
      Mat image = opencv_imgcodecs.imdecode(encoded, opencv_imgcodecs.IMREAD_COLOR);
      return OpenCv.pixels(image.clone());
    }
  }

  private static void assertSame(Pixels pixels, Pixels expected) {
    assertThat(pixels.height()).isEqualTo(expected.height());
    assertThat(pixels.values()).isEqualTo(expected.values());
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3, 4, 5, 6, 7, 8})
  void aJpegIsTurnedAsItsCameraSaysUnlessThatIsIgnored(int orientation) throws Exception {
    byte[] bytes = jpeg(orientation);
    Path file = Images.write(folder.resolve("a.jpg"), bytes);
    assertSame(EncodedImage.read(file).pixels(3), upright(bytes));
    assertSame(EncodedImage.read(file, Exif.IGNORE).pixels(3), upright(jpeg(1)));
    assertThat(EncodedImage.read(file).turned()).isEqualTo(orientation != 1);
  }

  /** The crops are those of the same image stored upright; reduced ones too. */
  @ParameterizedTest
  @ValueSource(ints = {3, 6})
  void cropsAreDrawnFromTheTurnedImage(int orientation) throws Exception {
    byte[] bytes = jpeg(orientation);
    Path turned = Images.write(folder.resolve("a.jpg"), bytes);
    Path upright = Pictures.file(folder.resolve("a.png"), ".png", upright(bytes));
    Augmentation crop =
        new Augmentation(8, 8, 1, 1, 1, 1, Interpolation.BILINEAR, 0, Normalization.imageNet());
    byte[] expected = pixels(upright, crop, false);
    assertThat(pixels(turned, crop, false)).isEqualTo(expected);
    byte[] reduced = pixels(turned, crop, true);
    double difference = 0;
    for (int i = 0; i < reduced.length; i++) {
      difference += Math.abs((reduced[i] & 0xFF) - (expected[i] & 0xFF));
    }
    assertThat(difference / reduced.length).isLessThan(8);
  }

  private static byte[] pixels(Path file, Preprocessing to, boolean reduced) throws Exception {
    return ImageTensor.pixels(EncodedImage.read(file), to, reduced, RandomStream.of(1, "crop"))
        .values();
  }

  @ParameterizedTest
  @ValueSource(ints = {2, 6, 8})
  void tiffPngAndWebpHaveItToo(int orientation) throws Exception {
    Pixels noise = Pictures.noise(5, 7, 3, 8);
    Path tiff =
        Images.write(folder.resolve("a.tif"), new TiffFile(noise).with(274, orientation).bytes());
    Path upright = Images.write(folder.resolve("b.tif"), new TiffFile(noise).bytes());
    Pixels stored = EncodedImage.read(upright).pixels(3);
    Pixels turned = EncodedImage.read(tiff).pixels(3);
    assertThat(turned.values()).isNotEqualTo(stored.values());
    assertSame(EncodedImage.read(tiff, Exif.IGNORE).pixels(3), stored);

    byte[] png = Pictures.encode(".png", stored);
    byte[] exif = Pictures.exif(orientation);
    ByteBuffer chunk = ByteBuffer.allocate(12 + exif.length);
    chunk.putInt(exif.length).put(new byte[] {'e', 'X', 'I', 'f'}).put(exif);
    CRC32 check = new CRC32();
    check.update(chunk.array(), 4, exif.length + 4);
    chunk.putInt((int) check.getValue());
    assertSame(
        EncodedImage.read(Images.write(folder.resolve("a.png"), insert(png, 33, chunk.array())))
            .pixels(3),
        turned);

    byte[] webp = Pictures.encode(".webp", stored, opencv_imgcodecs.IMWRITE_WEBP_QUALITY, 101);
    ByteBuffer parts = ByteBuffer.allocate(8 + exif.length).order(ByteOrder.LITTLE_ENDIAN);
    parts.put(new byte[] {'E', 'X', 'I', 'F'}).putInt(exif.length).put(exif);
    byte[] extended = extended(webp, parts.array());
    assertSame(
        EncodedImage.read(Images.write(folder.resolve("a.webp"), extended)).pixels(3), turned);
  }

  @Test
  void manyChannelsAreTurnedToo() throws Exception {
    Pixels noise = Pictures.noise(5, 7, 20, 16);
    byte[] bytes = new TiffFile(noise).with(274, 6).bytes();
    Pixels turned = EncodedImage.read(Images.write(folder.resolve("a.tif"), bytes)).pixels(20);
    assertThat(turned.height()).isEqualTo(7);
    for (int c = 0; c < 20; c++) {
      assertThat(turned.value(c)).isEqualTo(noise.value(4 * 7 * 20 + c));
    }
  }

  private static byte[] insert(byte[] file, int at, byte[] part) {
    ByteArrayOutputStream result = new ByteArrayOutputStream();
    result.write(file, 0, at);
    result.writeBytes(part);
    result.write(file, at, file.length - at);
    return result.toByteArray();
  }

  /** A simple WebP file as an extended one with EXIF data. */
  private static byte[] extended(byte[] webp, byte[] exif) {
    ByteBuffer header = ByteBuffer.allocate(18).order(ByteOrder.LITTLE_ENDIAN);
    header.put(new byte[] {'V', 'P', '8', 'X'}).putInt(10).putInt(8);
    header.put(new byte[] {6, 0, 0, 4, 0, 0});
    byte[] all = insert(insert(webp, webp.length, exif), 12, header.array());
    ByteBuffer.wrap(all).order(ByteOrder.LITTLE_ENDIAN).putInt(4, all.length - 8);
    return Arrays.copyOf(all, all.length);
  }
}
