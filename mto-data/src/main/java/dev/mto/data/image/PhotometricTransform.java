package dev.mto.data.image;

import java.util.List;
import java.util.Random;
import org.bytedeco.opencv.opencv_core.Mat;

/** Colour jitter, greyscale, blur and solarisation, each with its probability, in this order. */
final class PhotometricTransform extends MatTransform {
  private record Part(MatTransform transform, double probability) {}

  private final List<Part> parts;

  PhotometricTransform(Photometric options) {
    parts =
        List.of(
            new Part(new ColourJitter(options), options.jitter()),
            new Part(new Greyscale(), options.grey()),
            new Part(
                new GaussianBlur(options.blurRadiusMin(), options.blurRadiusMax()), options.blur()),
            new Part(new Solarize(), options.solarize()));
  }

  @Override
  Mat apply(Mat image, Random random) {
    Mat result = image;
    for (Part part : parts) {
      if (random.nextDouble() < part.probability()) {
        result = part.transform().apply(result, random);
      }
    }
    return result;
  }
}
