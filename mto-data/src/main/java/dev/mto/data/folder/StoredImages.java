package dev.mto.data.folder;

import dev.mto.data.format.ImageFormat;
import dev.mto.data.image.EncodedImage;
import dev.mto.data.pixels.Pixels;
import java.util.Collections;
import java.util.Map;
import java.util.TreeMap;

/**
 * How images are stored: counts of what reading may change.
 *
 * @param formats images of each format
 * @param channels images by their number of channels
 * @param alpha images whose last channel is transparency
 * @param bits by bits of a value
 * @param turned images that their camera has marked as turned or mirrored
 * @param manyPages images with more pages or frames than the one that is read
 */
public record StoredImages(
    Map<ImageFormat, Integer> formats,
    Map<Integer, Integer> channels,
    int alpha,
    Map<Integer, Range> bits,
    int turned,
    int manyPages) {
  static final StoredImages NONE = new StoredImages(Map.of(), Map.of(), 0, Map.of(), 0, 0);

  public StoredImages {
    formats = Collections.unmodifiableMap(new TreeMap<>(formats));
    channels = Collections.unmodifiableMap(new TreeMap<>(channels));
    bits = Collections.unmodifiableMap(new TreeMap<>(bits));
  }

  /**
   * The values that images of one number of bits have.
   *
   * @param images how many
   * @param smallest value
   * @param largest value
   */
  public record Range(int images, int smallest, int largest) {
    private static Range of(Pixels pixels) {
      int smallest = pixels.largest();
      int largest = 0;
      for (int i = 0; i < pixels.count(); i++) {
        int value = pixels.value(i);
        smallest = Math.min(smallest, value);
        largest = Math.max(largest, value);
      }
      return new Range(1, smallest, largest);
    }

    private Range plus(Range other) {
      return new Range(
          images + other.images,
          Math.min(smallest, other.smallest),
          Math.max(largest, other.largest));
    }
  }

  static StoredImages of(EncodedImage image, Pixels pixels) {
    return new StoredImages(
        Map.of(image.format(), 1),
        Map.of(image.channels(), 1),
        image.alpha() ? 1 : 0,
        Map.of(pixels.bits(), Range.of(pixels)),
        image.turned() ? 1 : 0,
        image.pages() > 1 ? 1 : 0);
  }

  StoredImages plus(StoredImages other) {
    Map<ImageFormat, Integer> allFormats = new TreeMap<>(formats);
    other.formats.forEach((format, count) -> allFormats.merge(format, count, Integer::sum));
    Map<Integer, Integer> allChannels = new TreeMap<>(channels);
    other.channels.forEach((number, count) -> allChannels.merge(number, count, Integer::sum));
    Map<Integer, Range> allBits = new TreeMap<>(bits);
    other.bits.forEach((number, range) -> allBits.merge(number, range, Range::plus));
    return new StoredImages(
        allFormats,
        allChannels,
        alpha + other.alpha,
        allBits,
        turned + other.turned,
        manyPages + other.manyPages);
  }
}
