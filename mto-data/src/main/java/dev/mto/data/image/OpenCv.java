package dev.mto.data.image;

import dev.mto.data.format.ImageHeader;
import dev.mto.data.pixels.Interpolation;
import dev.mto.data.pixels.Pixels;
import java.util.function.BiConsumer;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.opencv.global.opencv_core;
import org.bytedeco.opencv.global.opencv_imgcodecs;
import org.bytedeco.opencv.global.opencv_imgproc;
import org.bytedeco.opencv.opencv_core.Mat;
import org.bytedeco.opencv.opencv_core.MatVector;
import org.bytedeco.opencv.opencv_core.Size;

/** The few OpenCV calls the pipeline makes, without OpenCV's own thread pool. */
final class OpenCv {
  private static final int MOST_CHANNELS = 4;

  static {
    opencv_core.setNumThreads(1);
  }

  private OpenCv() {}

  /** Frees, when closed, every native object that this thread made since. */
  @SuppressWarnings("unchecked")
  static PointerScope scope() {
    return new PointerScope();
  }

  /** Decodes to 8-bit BGR as stored, EXIF orientation ignored; empty if it cannot. */
  static Mat decode(byte[] file, ReducedDecoding reduction) {
    Mat encoded = new Mat(1, file.length, opencv_core.CV_8UC1, new BytePointer(file));
    return opencv_imgcodecs.imdecode(
        encoded, reduction.openCvFlag() | opencv_imgcodecs.IMREAD_IGNORE_ORIENTATION);
  }

  /**
   * Decodes to the file's own bits, as grey, BGR or BGRA, EXIF orientation ignored; empty if it
   * cannot.
   */
  static Mat decodeAsStored(byte[] file) {
    Mat encoded = new Mat(1, file.length, opencv_core.CV_8UC1, new BytePointer(file));
    return opencv_imgcodecs.imdecode(encoded, opencv_imgcodecs.IMREAD_UNCHANGED);
  }

  /** Three or four channels as {@link #decodeAsStored} gives them: BGR and BGRA. */
  static Mat inItsOrder(Mat rgb) {
    return switch (rgb.channels()) {
      case 3 -> StoredChannels.converted(rgb, opencv_imgproc.COLOR_RGB2BGR);
      case 4 -> StoredChannels.converted(rgb, opencv_imgproc.COLOR_RGBA2BGRA);
      default -> rgb;
    };
  }

  /** Resizes as {@link Interpolation} says. */
  static Mat resize(Mat image, int height, int width, Interpolation interpolation) {
    boolean shrinks = height <= image.rows() && width <= image.cols();
    int enlarging =
        interpolation == Interpolation.BILINEAR
            ? opencv_imgproc.INTER_LINEAR
            : opencv_imgproc.INTER_CUBIC;
    int flag = shrinks ? opencv_imgproc.INTER_AREA : enlarging;
    return byFewChannels(
        image, (from, to) -> opencv_imgproc.resize(from, to, new Size(width, height), 0, 0, flag));
  }

  /**
   * Applies an operation that OpenCV has for up to four channels only, channel by channel where
   * there are more.
   *
   * @param operation gets an image and the matrix for its result
   */
  static Mat byFewChannels(Mat image, BiConsumer<Mat, Mat> operation) {
    Mat result = new Mat();
    if (image.channels() <= MOST_CHANNELS) {
      operation.accept(image, result);
      return result;
    }
    MatVector channels = new MatVector();
    opencv_core.split(image, channels);
    Mat[] changed = new Mat[image.channels()];
    for (int c = 0; c < changed.length; c++) {
      changed[c] = new Mat();
      operation.accept(channels.get(c), changed[c]);
    }
    opencv_core.merge(new MatVector(changed), result);
    return result;
  }

  /** The values of a continuous matrix of 8 or 16 bits. */
  static Pixels pixels(Mat image) {
    int elementBytes = (int) image.elemSize();
    byte[] values = new byte[Math.multiplyExact(image.rows() * image.cols(), elementBytes)];
    image.data().get(values);
    int bits = image.depth() == opencv_core.CV_16U ? 16 : 8;
    return new Pixels(values, image.rows(), image.cols(), image.channels(), bits);
  }

  /** A matrix of a copy of a file's values, row by row, channels last, of the header's bits. */
  static Mat mat(byte[] values, ImageHeader header) {
    int depth = header.bits() == 16 ? opencv_core.CV_16U : opencv_core.CV_8U;
    int type = opencv_core.CV_MAKETYPE(depth, header.channels());
    return new Mat(header.height(), header.width(), type, new BytePointer(values));
  }

  /** A matrix of a copy of 8-bit pixels, row by row, channels last. */
  static Mat mat(byte[] pixels, int height, int width, int channels) {
    return new Mat(height, width, opencv_core.CV_8UC(channels), new BytePointer(pixels));
  }

  /** Gaussian blur over three standard deviations; edge pixels are repeated outside. */
  static Mat blur(Mat image, double sigma) {
    Mat blurred = new Mat();
    opencv_imgproc.GaussianBlur(
        image, blurred, new Size(0, 0), sigma, sigma, opencv_core.BORDER_REPLICATE);
    return blurred;
  }
}
