package dev.mto.engine.config;

import dev.mto.data.image.Exif;
import dev.mto.data.image.Normalization;
import dev.mto.data.pixels.Interpolation;
import java.util.List;

/**
 * The images and how they are augmented.
 *
 * @param train folder of training images
 * @param val folder of validation images, or null
 * @param channels 1 for grey, 3 for colours, or the images' own number
 * @param mean per channel, of values in [0, 1]
 * @param std per channel, of values in [0, 1]
 * @param workers decoding threads
 * @param cropScale smallest and largest share of the image's area in a random crop
 * @param cropRatio smallest and largest width over height of a random crop
 * @param interpolation of resizing
 * @param reducedDecoding whether a JPEG is decoded at 1/2, 1/4 or 1/8 where a training crop keeps
 *     at least twice the pixels it needs: faster for large photos, slightly other values; false
 *     where it is not given
 * @param exif whether images are turned as their cameras have noted; ignored where it is not given,
 *     as in runs that were begun before there was a choice
 * @param flip probability of a horizontal flip
 * @param maxBadShare share of unreadable images at which the run stops
 */
public record DataConfig(
    String train,
    String val,
    int channels,
    List<Double> mean,
    List<Double> std,
    int workers,
    List<Double> cropScale,
    List<Double> cropRatio,
    Interpolation interpolation,
    Boolean reducedDecoding,
    Exif exif,
    double flip,
    double maxBadShare) {

  private static final int MOST_CHANNELS = 512;

  /** Checks ranges and that there is a mean and a standard deviation for every channel. */
  public DataConfig {
    Rules.require(
        train != null && !train.isBlank(),
        "data.train",
        train,
        "a folder of images (in the file, or --set data.train=DIR)");
    Rules.require(
        channels >= 1 && channels <= MOST_CHANNELS,
        "data.channels",
        channels,
        "between 1 and " + MOST_CHANNELS);
    Rules.require(
        mean != null && mean.size() == channels, "data.mean", mean, channels + " numbers");
    Rules.require(
        std != null && std.size() == channels && std.stream().allMatch(s -> s > 0),
        "data.std",
        std,
        channels + " numbers greater than 0");
    Rules.require(workers >= 1 && workers <= 256, "data.workers", workers, "between 1 and 256");
    Rules.range("data.crop_scale", cropScale, 1);
    Rules.range("data.crop_ratio", cropRatio, Double.MAX_VALUE);
    Rules.given("data.interpolation", interpolation);
    Rules.share("data.flip", flip);
    Rules.share("data.max_bad_share", maxBadShare);
    reducedDecoding = reducedDecoding != null && reducedDecoding;
    exif = exif == null ? Exif.IGNORE : exif;
    mean = List.copyOf(mean);
    std = List.copyOf(std);
    cropScale = List.copyOf(cropScale);
    cropRatio = List.copyOf(cropRatio);
  }

  /** The same reading of images from other folders; null keeps the one that is configured. */
  public DataConfig withFolders(String otherTrain, String otherVal) {
    return new DataConfig(
        otherTrain == null ? train : otherTrain,
        otherVal == null ? val : otherVal,
        channels,
        mean,
        std,
        workers,
        cropScale,
        cropRatio,
        interpolation,
        reducedDecoding,
        exif,
        flip,
        maxBadShare);
  }

  /** The normalisation of pixels. */
  public Normalization normalization() {
    return Normalization.of(floats(mean), floats(std));
  }

  private static float[] floats(List<Double> values) {
    float[] result = new float[values.size()];
    for (int i = 0; i < result.length; i++) {
      result[i] = values.get(i).floatValue();
    }
    return result;
  }
}
