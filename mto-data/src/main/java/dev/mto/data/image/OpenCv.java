package dev.mto.data.image;

import dev.mto.data.pixels.Interpolation;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.opencv.global.opencv_core;
import org.bytedeco.opencv.global.opencv_imgcodecs;
import org.bytedeco.opencv.global.opencv_imgproc;
import org.bytedeco.opencv.opencv_core.Mat;
import org.bytedeco.opencv.opencv_core.Size;

/** The few OpenCV calls the pipeline makes, without OpenCV's own thread pool. */
final class OpenCv {
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

  /** Luma of BGR; grey stays exactly what it was. */
  static Mat grey(Mat bgr) {
    Mat grey = new Mat();
    opencv_imgproc.cvtColor(bgr, grey, opencv_imgproc.COLOR_BGR2GRAY);
    return grey;
  }

  /** Resizes as {@link Interpolation} says. */
  static Mat resize(Mat image, int height, int width, Interpolation interpolation) {
    boolean shrinks = height <= image.rows() && width <= image.cols();
    int enlarging =
        interpolation == Interpolation.BILINEAR
            ? opencv_imgproc.INTER_LINEAR
            : opencv_imgproc.INTER_CUBIC;
    int flag = shrinks ? opencv_imgproc.INTER_AREA : enlarging;
    Mat resized = new Mat();
    opencv_imgproc.resize(image, resized, new Size(width, height), 0, 0, flag);
    return resized;
  }

  /** The bytes of a continuous 8-bit matrix, row by row, channels last. */
  static byte[] pixels(Mat image) {
    byte[] pixels = new byte[Math.multiplyExact(image.rows() * image.cols(), image.channels())];
    image.data().get(pixels);
    return pixels;
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
