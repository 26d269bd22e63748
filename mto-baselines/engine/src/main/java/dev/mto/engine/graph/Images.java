package dev.mto.engine.graph;

import dev.mto.data.ImageBatches;
import dev.mto.data.folder.BadImages;
import dev.mto.data.folder.ImageFolder;
import dev.mto.data.image.Augmentation;
import dev.mto.data.image.Photometric;
import dev.mto.data.image.Preprocessing;
import dev.mto.data.mask.Mask;
import dev.mto.data.mask.MaskSampler;
import dev.mto.data.random.RandomStream;
import dev.mto.engine.Baseline;
import dev.mto.engine.config.DataConfig;
import dev.mto.engine.config.RunConfig;
import dev.mto.engine.errors.UserException;
import dev.mto.engine.folder.StopSignal;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.IntFunction;

/** The images of a run, and the ways in which it goes through them. */
public final class Images implements AutoCloseable {
  private final RunConfig config;
  private final MaskSampler masks;
  private final Optional<Photometric> secondView;
  private final ImageFolder train;
  private final ImageFolder validation;
  private final BadImages bad;

  /** The folders of a configuration. */
  private record Folders(ImageFolder train, ImageFolder validation) {
    static Folders of(RunConfig config) {
      ImageFolder train = open(config, "data.train", config.data().train());
      return new Folders(
          train, config.data().val() == null ? null : Images.validation(config, train));
    }
  }

  /** The images of a run that is trained. */
  public Images(RunConfig config, Baseline baseline, Path badImagesList) {
    this(config, baseline, Folders.of(config), listed(config, badImagesList));
    requireTrainable();
  }

  /**
   * The images of a run that is tried.
   *
   * @param told receives a line for each image that cannot be read
   */
  public Images(RunConfig config, Baseline baseline, Consumer<String> told) {
    this(
        config,
        baseline,
        Folders.of(config),
        images -> BadImages.telling(told, images, config.data().maxBadShare()));
    requireTrainable();
  }

  private Images(RunConfig config, Baseline baseline, Folders folders, IntFunction<BadImages> bad) {
    this.config = config;
    this.masks = baseline.masks(config);
    this.secondView = baseline.secondView(config);
    this.train = folders.train();
    this.validation = folders.validation();
    this.bad =
        bad.apply(
            validation == null || validation == train
                ? train.size()
                : train.size() + validation.size());
    this.bad.addMembersOf(train);
    if (validation != null) {
      this.bad.addMembersOf(validation);
    }
  }

  private static IntFunction<BadImages> listed(RunConfig config, Path list) {
    return images -> BadImages.open(list, images, config.data().maxBadShare());
  }

  /**
   * The images that a model is looked at with: {@code data.val}, or {@code data.train} where there
   * is none. However few they are, and whether or not those it was trained on are here.
   */
  public static Images lookedAt(RunConfig config, Baseline baseline, Path badImagesList) {
    ImageFolder images =
        config.data().val() == null
            ? open(config, "data.train", config.data().train())
            : open(config, "data.val", config.data().val());
    return new Images(config, baseline, new Folders(images, images), listed(config, badImagesList));
  }

  private void requireTrainable() {
    if (train.size() < imagesPerStep()) {
      throw new UserException(
          "data.train: "
              + config.data().train()
              + " has "
              + train.size()
              + " images, fewer than one step takes (training.batch "
              + config.training().batch()
              + " x training.accumulate "
              + config.training().accumulate()
              + "); lower them or give more images");
    }
    requireCountable();
    try {
      config.data().shuffle().require(train);
    } catch (IllegalArgumentException e) {
      throw new UserException("data.shuffle: lanes: " + e.getMessage(), e);
    }
    int channels = config.data().channels();
    if (secondView.isPresent() && channels != 1 && channels != 3) {
      throw new UserException(
          "data.channels: %d, but the second view of %s changes colours, which takes 1 or 3; take another baseline"
              .formatted(channels, config.baseline()));
    }
  }

  /** The values of a batch are counted by 31 bits. */
  private void requireCountable() {
    long[] shape = config.vit().imageShape();
    double values = config.training().batch();
    for (int i = 1; i < shape.length; i++) {
      values *= shape[i];
    }
    if (values > Integer.MAX_VALUE) {
      throw new UserException(
          "training.batch: %d images of %d x %d x %d have more than 2^31 values; lower it and raise training.accumulate"
              .formatted(config.training().batch(), shape[1], shape[2], shape[3]));
    }
  }

  /** Where k-NN compares classes, those of both folders are matched by their names. */
  private static ImageFolder validation(RunConfig config, ImageFolder train) {
    ImageFolder folder = open(config, "data.val", config.data().val());
    boolean compared = config.log().knnEveryEpochs() > 0 && canBeToldApart(train, folder);
    try {
      return compared ? folder.inClasses(train.classes()) : folder;
    } catch (IllegalArgumentException e) {
      throw new UserException(
          "data.val: %s of data.train; k-NN needs the same classes (log.knn_every_epochs=0 leaves it out)"
              .formatted(e.getMessage()),
          e);
    }
  }

  /** Whether training and validation images are of two classes or more, which k-NN tells apart. */
  public boolean canBeToldApart() {
    return canBeToldApart(train, validation);
  }

  private static boolean canBeToldApart(ImageFolder train, ImageFolder validation) {
    return train.labelled() && validation.labelled() && train.classes().size() > 1;
  }

  private static ImageFolder open(RunConfig config, String key, String folder) {
    try {
      return config.data().open(folder);
    } catch (IllegalArgumentException e) {
      throw new UserException(key + ": " + e.getMessage(), e);
    }
  }

  public ImageFolder train() {
    return train;
  }

  /** The validation images, or null. */
  public ImageFolder validation() {
    return validation;
  }

  /** Images that could not be read so far. */
  public int unreadable() {
    return bad.count();
  }

  /** Visible tokens of the first image's first mask. */
  public int visibleTokens() {
    long seed = config.training().seed();
    return masks
        .sample(RandomStream.of(seed, "mask", 0, 0), RandomStream.of(seed, "mask_step", 0, 0))
        .visible()
        .length;
  }

  private long imagesPerStep() {
    return (long) config.training().batch() * config.training().accumulate();
  }

  public long stepsPerEpoch() {
    return train.size() / imagesPerStep();
  }

  /** Shuffled, augmented, masked training batches of an epoch from optimizer step {@code step}. */
  public ImageBatches training(int epoch, long step) {
    return training(epoch, step, 0, 1);
  }

  /**
   * As {@link #training(int, long)}, of each step the micro-batches that one worker takes.
   *
   * @param part of {@code parts} equal parts of a step, from 0
   */
  public ImageBatches training(int epoch, long step, int part, int parts) {
    ImageBatches.Builder batches = batches(train, augmentation(), masks);
    secondView.ifPresent(batches::secondView);
    return batches
        .epoch(epoch)
        .shuffle(true)
        .shuffledBy(config.data().shuffle())
        .part(part, parts)
        .replaceUnreadable(true)
        .startBatch(Math.toIntExact(step * config.training().accumulate()))
        .dropLast(true)
        .build();
  }

  /** Batches in a fixed order, not augmented, with masks that are the same every time. */
  public ImageBatches fixed(ImageFolder folder) {
    return inFixedOrder(folder, masks);
  }

  /**
   * Batches of validation images in a fixed order, not augmented, with the masks that the
   * configuration asks for: the same in every epoch.
   */
  public ImageBatches validated() {
    return validated(0, 1);
  }

  /**
   * As {@link #validated()}, the batches that one worker takes.
   *
   * @param part of {@code parts} that take all of them together, from 0
   */
  public ImageBatches validated(int part, int parts) {
    ImageBatches.Builder batches = batches(validation, config.centreCrop(), null).part(part, parts);
    return switch (config.log().validationMasks()) {
      case RUN -> batches.masks(masks).build();
      case METHOD -> batches.masks((image, step) -> masks.sample(image, image)).seed(0).build();
      case COMMON -> batches.masks(singlePatches()).seed(0).build();
    };
  }

  /** Draws as many single patches as the method masks of the first image. */
  private MaskSampler singlePatches() {
    Mask first =
        masks.sample(RandomStream.of(0, "mask", 0, 0), RandomStream.of(0, "mask_step", 0, 0));
    return (image, step) ->
        Mask.ofLast(RandomStream.permutation(first.tokens(), image), first.maskedCount());
  }

  /** Batches in a fixed order, not augmented, nothing masked. */
  public ImageBatches unmasked(ImageFolder folder) {
    return inFixedOrder(folder, null);
  }

  private ImageBatches inFixedOrder(ImageFolder folder, MaskSampler sampler) {
    return batches(folder, config.centreCrop(), sampler).build();
  }

  private ImageBatches.Builder batches(
      ImageFolder folder, Preprocessing preprocessing, MaskSampler sampler) {
    ImageBatches.Builder builder =
        ImageBatches.from(folder, preprocessing)
            .badImages(bad)
            .stopWhen(StopSignal::requested)
            .batchSize(config.training().batch())
            .batchesPerStep(config.training().accumulate())
            .seed(config.training().seed())
            .workers(config.data().workers())
            .exif(config.data().exif())
            .reducedDecoding(config.data().reducedDecoding());
    return sampler == null ? builder : builder.masks(sampler);
  }

  /** Leaves no archive open. */
  @Override
  public void close() {
    train.close();
    if (validation != null) {
      validation.close();
    }
  }

  private Augmentation augmentation() {
    DataConfig data = config.data();
    List<Integer> image = config.model().image();
    return new Augmentation(
        image.get(0),
        image.get(1),
        data.cropScale().get(0),
        data.cropScale().get(1),
        data.cropRatio().get(0),
        data.cropRatio().get(1),
        data.interpolation(),
        data.flip(),
        data.normalization());
  }
}
