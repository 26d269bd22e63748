package dev.mto.data.pixels;

/** The operations of RandAugment in the variant whose strength always grows with the magnitude. */
enum RandAugmentOperation {
  AUTO_CONTRAST,
  EQUALIZE,
  INVERT,
  ROTATE,
  POSTERIZE,
  SOLARIZE,
  SOLARIZE_ADD,
  COLOUR,
  CONTRAST,
  BRIGHTNESS,
  SHARPNESS,
  SHEAR_X,
  SHEAR_Y,
  TRANSLATE_X,
  TRANSLATE_Y;

  /** The magnitude at which every operation is strongest. */
  static final double LARGEST_MAGNITUDE = 10;

  private static final double DEGREES = 30;
  private static final int BITS = 4;
  private static final int VALUES = 256;
  private static final int ADDED = 110;
  private static final double FACTOR = 0.9;
  private static final double SHEAR = 0.3;
  private static final double SHIFT = 0.45;

  /**
   * What the operation takes at a magnitude: degrees, bits kept, threshold, value added, factor of
   * a blend, or share of the image's side; 0 where it takes nothing.
   *
   * @param magnitude in [0, 10]
   * @param negative whether degrees and shares are negative and factors below 1
   */
  double argument(double magnitude, boolean negative) {
    double level = magnitude / LARGEST_MAGNITUDE;
    double signed = negative ? -level : level;
    return switch (this) {
      case AUTO_CONTRAST, EQUALIZE, INVERT -> 0;
      case ROTATE -> signed * DEGREES;
      case POSTERIZE -> BITS - (int) (level * BITS);
      case SOLARIZE -> VALUES - (int) (level * VALUES);
      case SOLARIZE_ADD -> (int) (level * ADDED);
      case COLOUR, CONTRAST, BRIGHTNESS, SHARPNESS -> 1 + signed * FACTOR;
      case SHEAR_X, SHEAR_Y -> signed * SHEAR;
      case TRANSLATE_X, TRANSLATE_Y -> signed * SHIFT;
    };
  }

  /**
   * Changes an image where it is, or gives another.
   *
   * @param fill [C], colour of what moves into the image
   */
  Pixels apply(Pixels image, double argument, Interpolation interpolation, byte[] fill) {
    byte[] values = image.values();
    int channels = image.channels();
    switch (this) {
      case AUTO_CONTRAST, EQUALIZE -> {
        for (int c = 0; c < channels; c++) {
          LookupTable table =
              this == EQUALIZE
                  ? LookupTable.equalize(image, c)
                  : LookupTable.autoContrast(image, c);
          table.apply(image, c);
        }
      }
      case INVERT -> LookupTable.invert().apply(values);
      case POSTERIZE -> LookupTable.posterize((int) argument).apply(values);
      case SOLARIZE -> LookupTable.solarize((int) argument).apply(values);
      case SOLARIZE_ADD -> LookupTable.solarizeAdd((int) argument).apply(values);
      case COLOUR -> Blend.saturation(values, channels, argument);
      case CONTRAST -> Blend.contrast(values, channels, argument);
      case BRIGHTNESS -> Blend.brightness(values, argument);
      case SHARPNESS -> Blend.sharpness(image, argument);
      case ROTATE, SHEAR_X, SHEAR_Y, TRANSLATE_X, TRANSLATE_Y -> {
        return AffineWarp.apply(image, map(image, argument), interpolation, fill);
      }
    }
    return image;
  }

  private AffineMap map(Pixels image, double argument) {
    return switch (this) {
      case ROTATE -> AffineMap.rotation(argument, image.height(), image.width());
      case SHEAR_X -> AffineMap.shearX(argument);
      case SHEAR_Y -> AffineMap.shearY(argument);
      case TRANSLATE_X -> AffineMap.translation(argument * image.width(), 0);
      case TRANSLATE_Y -> AffineMap.translation(0, argument * image.height());
      default -> throw new IllegalStateException(this + " moves no pixel");
    };
  }
}
