package dev.mto.data.image;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mto.data.format.TiffFile;
import dev.mto.data.pixels.Pixels;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** Files that would take much memory or time, or never end. */
class HostileImagesTest {
  @TempDir private Path folder;

  @Test
  void aSmallFileThatClaimsManyPixelsIsRefusedByItsHeader() throws IOException {
    refused(jpeg(8000, 8000, 1), "claims 8000 x 8000 pixels in ");
    refused(jpeg(11585, 11585, 1), "its size of 11585x11585 is above ");
  }

  @Test
  void aTileThatCannotBeInTheFileIsRefusedByTheHeader() throws IOException {
    Pixels small = new Pixels(new byte[16 * 16], 16, 16, 1);
    for (int width : new int[] {1 << 30, 2_000_000_000}) {
      refused(
          new TiffFile(small).tiles(16).with(322, width).bytes(),
          "claims " + width + " x 16 pixels in ");
    }
    refused(
        new TiffFile(small).tiles(16).with(322, -16).bytes(),
        "TIFF with strips or tiles of no size");
  }

  /** Each would be 100 MB of numbers. */
  @Test
  void tagsThatNobodyAsksForTakeNoMemory() throws Exception {
    TiffFile tiff = new TiffFile(new Pixels(new byte[3600 * 3600], 3600, 3600, 1));
    tiff.with(338, 0);
    for (int tag = 60_000; tag < 60_500; tag++) {
      tiff.with(tag, 0);
    }
    ByteBuffer file = ByteBuffer.wrap(tiff.bytes()).order(ByteOrder.LITTLE_ENDIAN);
    int directory = file.getInt(4);
    for (int i = 0; i < file.getShort(directory); i++) {
      int entry = directory + 2 + 12 * i;
      int tag = Short.toUnsignedInt(file.getShort(entry));
      if (tag >= 60_000 || tag == 338) {
        file.putShort(entry + 2, (short) 1).putInt(entry + 4, 12_500_000);
      }
    }
    Path path = Files.write(folder.resolve("tags.tif"), file.array());

    assertThat(EncodedImage.read(path).width()).isEqualTo(3600);
  }

  @Test
  void anAnimatedWebpIsNamed() throws IOException {
    ByteBuffer webp = ByteBuffer.allocate(62).order(ByteOrder.LITTLE_ENDIAN);
    webp.put("RIFF".getBytes(US_ASCII)).putInt(54).put("WEBPVP8X".getBytes(US_ASCII)).putInt(10);
    webp.putInt(2).put(new byte[6]); // animated, 1 x 1
    webp.put("ANMF".getBytes(US_ASCII)).putInt(24).put(new byte[24]);
    refused(webp.array(), "an animated WebP; save one of its pictures");
  }

  @Test
  void aJpegOfHundredsOfScansIsRefused() throws IOException {
    refused(jpeg(64, 64, 500), "JPEG with more than 64 scans");
  }

  @Test
  @EnabledOnOs(OS.LINUX)
  void aPipeOrDeviceIsNotOpened() throws IOException, InterruptedException {
    Path pipe = folder.resolve("pipe.png");
    new ProcessBuilder("mkfifo", pipe.toString()).start().waitFor();
    Path device = Files.createSymbolicLink(folder.resolve("zero.png"), Path.of("/dev/zero"));

    for (Path path : new Path[] {pipe, device}) {
      assertThatThrownBy(() -> EncodedImage.read(path))
          .isInstanceOf(UnreadableImageException.class)
          .hasMessage("a device or pipe, not a file");
    }
  }

  private void refused(byte[] file, String reason) throws IOException {
    Path path = Files.write(folder.resolve("image.jpg"), file);
    assertThatThrownBy(() -> EncodedImage.read(path))
        .isInstanceOf(UnreadableImageException.class)
        .hasMessageStartingWith(reason);
  }

  /** A JPEG's markers without a picture. */
  private static byte[] jpeg(int width, int height, int scans) throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    out.write(new byte[] {(byte) 0xFF, (byte) 0xD8, (byte) 0xFF, (byte) 0xC2});
    ByteBuffer frame = ByteBuffer.allocate(11).putShort((short) 11).put((byte) 8);
    frame.putShort((short) height).putShort((short) width).put((byte) 1);
    out.write(frame.put((byte) 1).put((byte) 0x11).put((byte) 0).array());
    for (int i = 0; i < scans; i++) {
      out.write(new byte[] {(byte) 0xFF, (byte) 0xDA, 0, 8, 1, 1, 0, 0, 63, 0, 42});
    }
    out.write(new byte[] {(byte) 0xFF, (byte) 0xD9});
    return out.toByteArray();
  }
}
