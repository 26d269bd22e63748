package dev.mto.bench.init;

import dev.mto.data.folder.DatasetCheck;
import dev.mto.data.folder.DatasetReport;
import dev.mto.data.folder.ImageFolder;
import dev.mto.data.image.EncodedImage;
import dev.mto.data.image.Exif;
import dev.mto.data.image.UnreadableImageException;
import dev.mto.engine.errors.UserException;
import java.nio.file.Path;
import java.util.Collections;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * What there is to train on. Names are listed of all images; sizes, channels, mean and deviation
 * are those of a sample at equal distances in the order of names.
 *
 * @param train training images
 * @param validation validation images, where there are some
 * @param comparable whether both are in the same classes, so that k-NN can be measured
 * @param channels 1 for grey, 3 for colours, or the images' own number
 * @param sample what was found in the images that were looked at
 */
record Survey(
    ImageFolder train,
    Optional<ImageFolder> validation,
    boolean comparable,
    int channels,
    DatasetReport sample) {
  /** Images that are looked at: the mean of a channel is then known to about a hundredth. */
  static final int MOST_LOOKED_AT = 500;

  private static final int MOST_FOR_CHANNELS = 50;

  /**
   * Looks at images.
   *
   * @throws UserException when a folder has none, or none that can be read
   */
  static Survey of(ImageSplit split) {
    ImageFolder train = open(split.train());
    Optional<ImageFolder> validation = split.validation().map(Survey::open);
    int channels = channels(train);
    DatasetReport sample =
        DatasetCheck.of(
            train.evenly(MOST_LOOKED_AT), channels, Runtime.getRuntime().availableProcessors());
    if (sample.median() == null) {
      throw new UserException(
          "%s: none of the %d images that were looked at can be read; the first: %s"
              .formatted(train.root(), sample.images(), sample.bad().get(0).reason()));
    }
    boolean comparable = validation.isPresent() && sameClasses(train, validation.get());
    return new Survey(train, validation, comparable, channels, sample);
  }

  private static ImageFolder open(Path folder) {
    try {
      return ImageFolder.open(folder);
    } catch (IllegalArgumentException e) {
      throw new UserException(e.getMessage(), e);
    }
  }

  private static boolean sameClasses(ImageFolder train, ImageFolder validation) {
    if (!train.labelled() || !validation.labelled()) {
      return false;
    }
    try {
      return validation.inClasses(train.classes()).size() > 0;
    } catch (IllegalArgumentException e) {
      return false;
    }
  }

  /** The number that most images have, without transparency beside grey and colours. */
  private static int channels(ImageFolder folder) {
    SortedMap<Integer, Integer> counts = new TreeMap<>();
    ImageFolder some = folder.evenly(MOST_FOR_CHANNELS);
    for (int i = 0; i < some.size(); i++) {
      try {
        EncodedImage image = some.read(i, Exif.APPLY);
        boolean dropped = image.alpha() && image.channels() <= 4;
        counts.merge(image.channels() - (dropped ? 1 : 0), 1, Integer::sum);
      } catch (UnreadableImageException e) {
        counts.merge(3, 0, Integer::sum); // which the sample counts
      }
    }
    return Collections.max(counts.entrySet(), SortedMap.Entry.comparingByValue()).getKey();
  }

  int images() {
    return train.size();
  }

  /** Share of the images that were looked at which cannot be read. */
  double unreadableShare() {
    return (double) sample.bad().size() / sample.images();
  }

  /** The shorter side of the image in the middle of all by pixels. */
  int side() {
    return Math.min(sample.median().height(), sample.median().width());
  }
}
