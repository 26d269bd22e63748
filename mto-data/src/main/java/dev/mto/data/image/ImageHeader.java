package dev.mto.data.image;

/**
 * What a JPEG or PNG file says about itself, with its structure walked to the end: OpenCV decodes
 * the missing part of a truncated JPEG to grey without an error.
 *
 * @param height pixels
 * @param width pixels
 * @param components stored colour components: 1 grey, 3 colour, 4 CMYK (JPEG only; 0 for PNG)
 * @param adobe whether a JPEG carries Adobe's APP14 marker, whose CMYK is stored inverted
 */
record ImageHeader(int height, int width, int components, boolean adobe) {
  private static final long MAX_PIXELS = 1L << 27;

  ImageHeader {
    if (height < 1 || width < 1) {
      throw new IllegalArgumentException("its size is " + width + "x" + height);
    }
    if ((long) height * width > MAX_PIXELS) {
      throw new IllegalArgumentException(
          "its size of " + width + "x" + height + " is above " + MAX_PIXELS + " pixels");
    }
  }

  /** Whether the file is a JPEG, which can be decoded at a lower resolution. */
  boolean jpeg() {
    return components > 0;
  }

  /**
   * Reads the size and checks that the file goes on to its end marker.
   *
   * @throws UnreadableImageException if the bytes are empty, neither JPEG nor PNG, or end too early
   */
  static ImageHeader read(byte[] file) throws UnreadableImageException {
    if (file.length == 0) {
      throw new UnreadableImageException("empty file");
    }
    try {
      if (JpegWalk.recognises(file)) {
        return JpegWalk.read(file);
      }
      if (PngWalk.recognises(file)) {
        return PngWalk.read(file);
      }
    } catch (IllegalArgumentException e) {
      throw new UnreadableImageException(e.getMessage());
    }
    throw new UnreadableImageException("neither JPEG nor PNG");
  }
}
