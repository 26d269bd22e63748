package dev.mto.data.image;

import org.datavec.image.transform.ImageTransform;

/**
 * A random change of an image's colours that leaves every pixel in its place, for a second view of
 * the same crop: colour jitter, greyscale, Gaussian blur and solarisation in this order. Jitter,
 * greyscale and solarisation follow torchvision on 8-bit images; blur is OpenCV's.
 *
 * @param brightness brightness factor is uniform in [max(0, 1 - brightness), 1 + brightness]
 * @param contrast the same for contrast
 * @param saturation the same for saturation
 * @param hue the hue turns by a share of its circle uniform in [-hue, hue], in [0, 0.5]
 * @param jitter probability of the colour jitter
 * @param grey probability of greyscale
 * @param blur probability of the Gaussian blur
 * @param blurRadiusMin smallest standard deviation of the blur, pixels, positive
 * @param blurRadiusMax largest, at least blurRadiusMin
 * @param solarize probability of inverting the values of 128 and more
 */
public record Photometric(
    double brightness,
    double contrast,
    double saturation,
    double hue,
    double jitter,
    double grey,
    double blur,
    double blurRadiusMin,
    double blurRadiusMax,
    double solarize) {

  public Photometric {
    requireIn("brightness", brightness, Double.MAX_VALUE, "a finite range of at least 0");
    requireIn("contrast", contrast, Double.MAX_VALUE, "a finite range of at least 0");
    requireIn("saturation", saturation, Double.MAX_VALUE, "a finite range of at least 0");
    requireIn("hue", hue, 0.5, "a share of the hue circle in [0, 0.5]");
    requireIn("jitter", jitter, 1, "a probability in [0, 1]");
    requireIn("grey", grey, 1, "a probability in [0, 1]");
    requireIn("blur", blur, 1, "a probability in [0, 1]");
    requireIn("solarize", solarize, 1, "a probability in [0, 1]");
    if (!(blurRadiusMin > 0 && blurRadiusMin <= blurRadiusMax && Double.isFinite(blurRadiusMax))) {
      throw new IllegalArgumentException(
          "the blur radius is [%s, %s] pixels but needs 0 < smallest <= largest, such as [0.1, 2]"
              .formatted(blurRadiusMin, blurRadiusMax));
    }
  }

  /** ConMIM's teacher view: jitter (0.4, 0.4, 0.2, 0.1) in 80 % of the images. */
  public static Photometric conMim() {
    return new Photometric(.4, .4, .2, .1, .8, .2, .1, .1, 2, .2);
  }

  /** A new DataVec transform of 8-bit BGR or grey images; it is for one thread. */
  public ImageTransform transform() {
    return new PhotometricTransform(this);
  }

  private static void requireIn(String what, double value, double largest, String rule) {
    if (!(value >= 0 && value <= largest)) {
      throw new IllegalArgumentException(what + " is " + value + " but must be " + rule);
    }
  }
}
