package dev.mto.data.image;

import java.util.Random;
import org.bytedeco.opencv.opencv_core.Mat;

/** Gaussian blur of a standard deviation drawn uniform; edge pixels are repeated outside. */
final class GaussianBlur extends MatTransform {
  private final double radiusMin;
  private final double radiusMax;

  /**
   * @param radiusMin smallest standard deviation, pixels, positive
   * @param radiusMax largest
   */
  GaussianBlur(double radiusMin, double radiusMax) {
    this.radiusMin = radiusMin;
    this.radiusMax = radiusMax;
  }

  @Override
  Mat apply(Mat image, Random random) {
    return OpenCv.blur(image, radiusMin + (radiusMax - radiusMin) * random.nextDouble());
  }
}
