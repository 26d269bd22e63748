package dev.mto.engine.graph;

import dev.mto.data.ImageBatches;
import dev.mto.data.folder.BadImages;
import dev.mto.data.folder.ImageFolder;
import dev.mto.data.image.Preprocessing;
import dev.mto.engine.config.RunConfig;
import dev.mto.engine.errors.UserException;
import dev.mto.engine.folder.StopSignal;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/** Training and validation images of the same classes, as an encoder is evaluated on. */
public final class LabelledImages {
  private final RunConfig config;
  private final ImageFolder train;
  private final ImageFolder validation;
  private final BadImages bad;

  private LabelledImages(
      RunConfig config, ImageFolder train, ImageFolder validation, BadImages bad) {
    this.config = config;
    this.train = train;
    this.validation = validation;
    this.bad = bad;
  }

  /**
   * Opens the folders {@code data.train} and {@code data.val} of a configuration.
   *
   * @param badImages where unreadable images are listed, or null to tell them on standard error
   * @throws UserException when one is missing, has no class folders, or the validation images have
   *     a class that the training images have not; classes are matched by name
   */
  public static LabelledImages open(RunConfig config, Path badImages) {
    if (config.data().val() == null) {
      throw new UserException(
          "data.val: none is configured; give a folder of labelled images by --val DIR");
    }
    ImageFolder train = open(config, "data.train", config.data().train());
    ImageFolder validation;
    try {
      validation = open(config, "data.val", config.data().val()).inClasses(train.classes());
    } catch (IllegalArgumentException e) {
      throw new UserException(
          "data.val: " + e.getMessage() + " of data.train; both need the same class folders", e);
    }
    if (train.classes().size() < 2) {
      throw new UserException(
          "data.train: %s has one class, %s: there is nothing to tell apart; give at least two"
              .formatted(train.root(), train.classes()));
    }
    int images = train.size() + validation.size();
    BadImages bad =
        badImages == null
            ? BadImages.telling(System.err::println, images, config.data().maxBadShare())
            : BadImages.open(badImages, images, config.data().maxBadShare());
    bad.addMembersOf(train);
    bad.addMembersOf(validation);
    return new LabelledImages(config, train, validation, bad);
  }

  private static ImageFolder open(RunConfig config, String key, String folder) {
    ImageFolder images;
    try {
      images = config.data().open(folder);
    } catch (IllegalArgumentException e) {
      throw new UserException(key + ": " + e.getMessage(), e);
    }
    if (!images.labelled()) {
      throw new UserException(
          key + ": " + folder + " has no class folders; evaluation needs one for each class");
    }
    return images;
  }

  /** Names of the classes; a label is an index into them. */
  public List<String> classes() {
    return train.classes();
  }

  /** What of the folders is left out, in lines for people. */
  public List<String> leftOut() {
    return Stream.of(train, validation)
        .flatMap(images -> images.leftOutLine().map(line -> images.root() + ": " + line).stream())
        .toList();
  }

  /** Images that could not be read so far. */
  public int unreadable() {
    return bad.count();
  }

  /** The images that classifiers are trained on. */
  public ImageFolder train() {
    return train;
  }

  /** The images that they are measured on. */
  public ImageFolder validation() {
    return validation;
  }

  /** Images of a folder in order, not augmented. */
  public ImageBatches centreCrops(ImageFolder folder, int batch) {
    return CentreCrops.of(folder, config, batch, bad).build();
  }

  /** Shuffled training images of an epoch, without a last batch that is not full. */
  public ImageBatches training(
      Preprocessing preprocessing, int epoch, int startBatch, int batch, long seed) {
    int channels = config.data().channels();
    if (preprocessing.randAugment().operations() > 0 && channels != 1 && channels != 3) {
      throw new UserException(
          "data.channels: %d, but RandAugment changes colours, which takes 1 or 3; set rand_augment.operations to 0"
              .formatted(channels));
    }
    return ImageBatches.from(train, preprocessing)
        .badImages(bad)
        .stopWhen(StopSignal::requested)
        .batchSize(batch)
        .seed(seed)
        .epoch(epoch)
        .shuffle(true)
        .replaceUnreadable(true)
        .startBatch(startBatch)
        .dropLast(true)
        .workers(config.data().workers())
        .exif(config.data().exif())
        .reducedDecoding(config.data().reducedDecoding())
        .build();
  }
}
