package dev.mto.data.image;

import dev.mto.data.Images;
import dev.mto.data.pixels.Pixels;
import dev.mto.data.random.RandomStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.random.RandomGenerator;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.javacpp.IntPointer;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.opencv.global.opencv_core;
import org.bytedeco.opencv.global.opencv_imgcodecs;
import org.bytedeco.opencv.opencv_core.Mat;

/** Noise, and files of it that OpenCV writes. */
public final class Pictures {
  private Pictures() {}

  /** Noise in all bits, in native byte order. */
  public static Pixels noise(int height, int width, int channels, int bits) {
    RandomGenerator random = RandomStream.of(channels, "noise", bits);
    byte[] values = new byte[height * width * channels * bits / 8];
    random.nextBytes(values);
    return new Pixels(values, height, width, channels, bits);
  }

  /** Smooth, as photos are, of 8 bits. */
  static Pixels smooth(int height, int width) {
    byte[] values = new byte[height * width * 3];
    for (int i = 0; i < values.length; i++) {
      int x = i / 3 % width;
      int y = i / 3 / width;
      values[i] = (byte) (100 + 60 * Math.sin(x * 0.4 + i % 3) + 60 * Math.cos(y * 0.31 + x * y));
    }
    return new Pixels(values, height, width, 3);
  }

  /**
   * The bytes of a file.
   *
   * @param ending such as ".tiff"
   * @param pixels 1 channel, BGR or BGRA
   * @param options OpenCV's numbers and their values
   */
  @SuppressWarnings("try")
  public static byte[] encode(String ending, Pixels pixels, int... options) {
    try (PointerScope scope = OpenCv.scope()) {
      int depth = pixels.bits() == 16 ? opencv_core.CV_16U : opencv_core.CV_8U;
      Mat image =
          new Mat(
              pixels.height(),
              pixels.width(),
              opencv_core.CV_MAKETYPE(depth, pixels.channels()),
              new BytePointer(pixels.values()));
      BytePointer encoded = new BytePointer();
      opencv_imgcodecs.imencode(ending, image, encoded, new IntPointer(options));
      byte[] bytes = new byte[Math.toIntExact(encoded.limit())];
      encoded.get(bytes);
      return bytes;
    }
  }

  public static Path file(Path path, String ending, Pixels pixels, int... options) {
    return Images.write(path, encode(ending, pixels, options));
  }

  /** EXIF data of an orientation alone, without their name. */
  static byte[] exif(int orientation) {
    ByteBuffer block = ByteBuffer.allocate(26).order(ByteOrder.LITTLE_ENDIAN);
    block.put(new byte[] {'I', 'I', '*', 0}).putInt(8).putShort((short) 1);
    block.putShort((short) 274).putShort((short) 3).putInt(1).putInt(orientation).putInt(0);
    return block.array();
  }
}
