package dev.mto.data.image;

import dev.mto.data.pixels.Blend;
import dev.mto.data.pixels.HueShift;
import dev.mto.data.random.RandomStream;
import java.util.Random;

/**
 * Brightness, contrast, saturation and hue in random order (torchvision's {@code ColorJitter}):
 * factors uniform in [max(0, 1 - x), 1 + x], the hue turned by a share of its circle uniform in
 * [-x, x]. Grey images have neither saturation nor hue.
 */
final class ColourJitter extends PixelTransform {
  private final Photometric ranges;

  ColourJitter(Photometric ranges) {
    this.ranges = ranges;
  }

  @Override
  void change(byte[] pixels, int channels, Random random) {
    int[] order = RandomStream.permutation(4, random);
    double brightness = factor(ranges.brightness(), random);
    double contrast = factor(ranges.contrast(), random);
    double saturation = factor(ranges.saturation(), random);
    double hue = ranges.hue() * (2 * random.nextDouble() - 1);
    for (int part : order) {
      switch (part) {
        case 0 -> Blend.brightness(pixels, brightness);
        case 1 -> Blend.contrast(pixels, channels, contrast);
        case 2 -> Blend.saturation(pixels, channels, saturation);
        default -> turn(pixels, channels, hue);
      }
    }
  }

  private void turn(byte[] pixels, int channels, double hue) {
    if (channels == 3 && ranges.hue() > 0) {
      HueShift.apply(pixels, hue);
    }
  }

  private static double factor(double range, Random random) {
    double low = Math.max(0, 1 - range);
    return low + (1 + range - low) * random.nextDouble();
  }
}
