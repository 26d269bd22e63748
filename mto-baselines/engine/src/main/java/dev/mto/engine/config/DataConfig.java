package dev.mto.engine.config;

import dev.mto.data.Shuffle;
import dev.mto.data.folder.ImageFolder;
import dev.mto.data.image.Exif;
import dev.mto.data.image.Normalization;
import dev.mto.data.pixels.Interpolation;
import dev.mto.data.storage.Locations;
import java.nio.file.Path;
import java.util.List;
import java.util.function.UnaryOperator;

/** The images and how they are augmented. */
public record DataConfig(
    @Setting(
            value =
                "Folder of training images, flat or in class folders, or tar archives of them; a"
                    + " relative one is found from the file's own folder, else from the present"
                    + " one. On a Spark cluster an address too.",
            range =
                "a folder, a tar, a folder of tars, a range as shards-{000..127}.tar, or one of"
                    + " these as hdfs://HOST/train.tar")
        String train,
    @Setting(
            value =
                "Folder or archives of images that the loss and the k-NN accuracy are measured on;"
                    + " null for none.",
            range = "as data.train, or null")
        String val,
    @Setting(
            value =
                "Folder in which is kept where images lie in archives; null for beside the archives,"
                    + " or in the user's cache where that cannot be.",
            range = "a folder of this machine, or null")
        String index,
    @Setting(
            value =
                "1 reads grey, 3 colours, any other number the files' own channels (TIFF, and PNG"
                    + " or WebP with alpha).",
            unit = "channels",
            range = "between 1 and 512")
        int channels,
    @Setting(
            value = "Mean of each channel, which is subtracted; data check prints a folder's own.",
            unit = "share of the full range",
            range = "a number for each channel")
        List<Double> mean,
    @Setting(
            value = "Standard deviation of each channel, which is divided by.",
            unit = "share of the full range",
            range = "a number greater than 0 for each channel")
        List<Double> std,
    @Setting(
            value = "Threads that decode and augment images.",
            unit = "threads",
            range = "between 1 and 256")
        int workers,
    @Setting(
            value = "Smallest and largest share of an image's area in a random crop.",
            unit = "share of the area",
            range = "[smallest, largest] with 0 < smallest <= largest <= 1")
        List<Double> cropScale,
    @Setting(
            value = "Smallest and largest width over height of a random crop.",
            range = "[smallest, largest] with 0 < smallest <= largest")
        List<Double> cropRatio,
    @Setting("How crops are enlarged; where both sides shrink, areas are averaged.")
        Interpolation interpolation,
    @Setting(
            "Whether a JPEG is decoded at 1/2, 1/4 or 1/8 where a training crop keeps at least"
                + " twice the pixels it needs: faster for large photos, slightly other values.")
        Boolean reducedDecoding,
    @Setting("Whether images are turned as their cameras have noted.") Exif exif,
    @Setting(value = "Probability of a horizontal flip.", range = Rules.SHARE) double flip,
    @Setting(
            "How the order of an epoch is drawn: exact makes every order as likely as any other; lanes"
                + " keeps images together that lie side by side in shards, and reads these in long"
                + " pieces, for object storage and spinning disks.")
        Shuffle shuffle,
    @Setting(
            value =
                "Share of unreadable images, of training and validation images, above which the run stops.",
            unit = "share of the images",
            range = Rules.SHARE)
        double maxBadShare) {

  private static final int MOST_CHANNELS = 512;

  /** Checks ranges and that there is a mean and a standard deviation for every channel. */
  public DataConfig {
    Rules.require(
        train != null && !train.isBlank(),
        "data.train",
        train,
        "a folder or tar archive of images (in the file, or --set data.train=DIR)");
    Rules.require(
        index == null || !(index.isBlank() || Locations.isAddress(index)),
        "data.index",
        index,
        "a folder of this machine or null (--set data.index=DIR)");
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
    shuffle = shuffle == null ? Shuffle.EXACT : shuffle;
    mean = List.copyOf(mean);
    std = List.copyOf(std);
    cropScale = List.copyOf(cropScale);
    cropRatio = List.copyOf(cropRatio);
  }

  /** The same reading of images from other folders; null keeps the one that is configured. */
  public DataConfig withFolders(String otherTrain, String otherVal) {
    return with(otherTrain == null ? train : otherTrain, otherVal == null ? val : otherVal, index);
  }

  /** The same with all paths changed. */
  DataConfig withPaths(UnaryOperator<String> change) {
    return with(
        change.apply(train),
        val == null ? null : change.apply(val),
        index == null ? null : change.apply(index));
  }

  private DataConfig with(String train, String val, String index) {
    return new DataConfig(
        train,
        val,
        index,
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
        shuffle,
        maxBadShare);
  }

  /**
   * Opens images as this says.
   *
   * @param folder {@link #train()}, {@link #val()}, or another folder or archive
   * @throws IllegalArgumentException as {@link ImageFolder#open}
   */
  public ImageFolder open(String folder) {
    return ImageFolder.open(Locations.path(folder), index == null ? null : Path.of(index));
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
