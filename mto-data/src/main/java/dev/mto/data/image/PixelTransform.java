package dev.mto.data.image;

import java.util.Random;
import org.bytedeco.opencv.opencv_core.Mat;

/** A transform of an image's 8-bit values that leaves every pixel in its place. */
abstract class PixelTransform extends MatTransform {
  /**
   * Changes the values where they are.
   *
   * @param pixels (H, W, C), C = BGR or grey
   */
  abstract void change(byte[] pixels, int channels, Random random);

  @Override
  Mat apply(Mat image, Random random) {
    byte[] pixels = OpenCv.pixels(image);
    change(pixels, image.channels(), random);
    return OpenCv.mat(pixels, image.rows(), image.cols(), image.channels());
  }
}
