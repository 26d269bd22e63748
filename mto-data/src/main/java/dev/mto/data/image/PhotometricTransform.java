package dev.mto.data.image;

import dev.mto.data.pixels.Blend;
import dev.mto.data.pixels.HueShift;
import dev.mto.data.pixels.LookupTable;
import dev.mto.data.random.RandomStream;
import java.util.Random;
import org.bytedeco.opencv.opencv_core.Mat;

/** Colour jitter, greyscale, blur and solarisation, each with its probability, in this order. */
final class PhotometricTransform extends MatTransform {
  private static final int SOLARIZE_FROM = 128;

  private final Photometric options;

  PhotometricTransform(Photometric options) {
    this.options = options;
  }

  /** Changes 8-bit values (H, W, C), C = BGR or grey, where they are. */
  private interface Change {
    void apply(byte[] pixels, int channels);
  }

  @Override
  Mat apply(Mat image, Random random) {
    Mat result = image;
    if (random.nextDouble() < options.jitter()) {
      result = changed(result, (pixels, channels) -> jitter(pixels, channels, random));
    }
    if (random.nextDouble() < options.grey()) {
      result = changed(result, (pixels, channels) -> Blend.saturation(pixels, channels, 0));
    }
    if (random.nextDouble() < options.blur()) {
      double range = options.blurRadiusMax() - options.blurRadiusMin();
      result = OpenCv.blur(result, options.blurRadiusMin() + range * random.nextDouble());
    }
    if (random.nextDouble() < options.solarize()) {
      LookupTable table = LookupTable.solarize(SOLARIZE_FROM);
      result = changed(result, (pixels, channels) -> table.apply(pixels));
    }
    return result;
  }

  private static Mat changed(Mat image, Change change) {
    byte[] pixels = OpenCv.pixels(image).values();
    change.apply(pixels, image.channels());
    return OpenCv.mat(pixels, image.rows(), image.cols(), image.channels());
  }

  /**
   * Brightness, contrast, saturation and hue in random order (torchvision's {@code ColorJitter}):
   * factors uniform in [max(0, 1 - x), 1 + x], the hue turned by a share of its circle uniform in
   * [-x, x]. Grey images have neither saturation nor hue.
   *
   * @param pixels (H, W, C), C = BGR or grey, changed where they are
   */
  void jitter(byte[] pixels, int channels, Random random) {
    int[] order = RandomStream.permutation(4, random);
    double brightness = factor(options.brightness(), random);
    double contrast = factor(options.contrast(), random);
    double saturation = factor(options.saturation(), random);
    double hue = options.hue() * (2 * random.nextDouble() - 1);
    for (int part : order) {
      switch (part) {
        case 0 -> Blend.brightness(pixels, brightness);
        case 1 -> Blend.contrast(pixels, channels, contrast);
        case 2 -> Blend.saturation(pixels, channels, saturation);
        default -> {
          if (channels == 3 && options.hue() > 0) {
            HueShift.apply(pixels, hue);
          }
        }
      }
    }
  }

  private static double factor(double range, Random random) {
    double low = Math.max(0, 1 - range);
    return low + (1 + range - low) * random.nextDouble();
  }
}
