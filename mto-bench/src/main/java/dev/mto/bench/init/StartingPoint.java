package dev.mto.bench.init;

import dev.mto.models.VitPreset;

/**
 * What to begin with on images of this size and number: MAE, whose encoder sees a quarter of the
 * patches and is the fastest of the methods.
 *
 * <p>Patches are of a size that leaves 49 to 196 of them; encoder and decoder grow with the number
 * of images, as large ones learn small sets by heart; small sets are passed through more often.
 *
 * @param image side of the crops, pixels
 * @param patch side of a patch, pixels
 * @param encoder of Transformer blocks
 * @param decoder of Transformer blocks
 * @param imagesPerStep images of an optimizer step
 * @param epochs passes over the images
 * @param learningRate of a step, not scaled
 * @param smallestCrop smallest share of an image's area in a random crop
 */
record StartingPoint(
    int image,
    int patch,
    Blocks encoder,
    Blocks decoder,
    int imagesPerStep,
    int epochs,
    double learningRate,
    double smallestCrop) {
  /** Below so many images an encoder learns little that is of use. */
  static final int FEW = 1_000;

  private static final int LEAST_SIDE = 16;
  private static final int PHOTO = 224;
  private static final int LEAST_PER_STEP = 16;
  private static final int MOST_PER_STEP = 256;
  private static final int STEPS_AN_EPOCH = 16;

  /** Transformer blocks: their width, number and attention heads. */
  record Blocks(int dim, int depth, int heads) {
    private static Blocks of(VitPreset preset) {
      return new Blocks(preset.dim(), preset.depth(), preset.heads());
    }

    @Override
    public String toString() {
      return "width %d, %d blocks, %d heads".formatted(dim, depth, heads);
    }
  }

  /** For images with a median shorter side of {@code side} pixels. */
  static StartingPoint of(int images, int side) {
    int patch = side <= 40 ? 4 : side <= 96 ? 8 : 16;
    int image =
        side >= PHOTO ? PHOTO : Math.max(LEAST_SIDE, Math.round((float) side / patch) * patch);
    Blocks encoder = patch == 16 ? ofPhotos(images) : ofSmallImages(images);
    boolean few = images < FEW;
    return new StartingPoint(
        image,
        patch,
        encoder,
        decoder(encoder),
        imagesPerStep(images),
        few ? 800 : images < 10_000 ? 400 : 200,
        encoder.dim() <= 192 ? 1.5e-3 : encoder.dim() <= 384 ? 1.0e-3 : 6.0e-4,
        side <= 40 && !few ? 0.67 : 0.2);
  }

  /**
   * A power of two, so that there are about so many steps an epoch; few images take fewer steps.
   */
  private static int imagesPerStep(int images) {
    int least = Math.min(LEAST_PER_STEP, Integer.highestOneBit(images));
    int wanted = Integer.highestOneBit(images / STEPS_AN_EPOCH);
    return Math.min(MOST_PER_STEP, Math.max(least, wanted));
  }

  private static Blocks ofPhotos(int images) {
    if (images < FEW) {
      return new Blocks(192, 4, 3);
    }
    return Blocks.of(
        images < 50_000 ? VitPreset.TINY : images < 500_000 ? VitPreset.SMALL : VitPreset.BASE);
  }

  private static Blocks ofSmallImages(int images) {
    if (images < 10_000) {
      return new Blocks(96, 4, 3);
    }
    return images < 50_000 ? new Blocks(192, 6, 3) : Blocks.of(VitPreset.TINY);
  }

  private static Blocks decoder(Blocks encoder) {
    return switch (encoder.dim()) {
      case 96 -> new Blocks(64, 2, 4);
      case 192 -> new Blocks(128, encoder.depth() < 12 ? 2 : 4, 4);
      case 384 -> new Blocks(256, 4, 8);
      default -> new Blocks(512, 8, 16);
    };
  }

  int patches() {
    return image / patch * (image / patch);
  }

  int warmupEpochs() {
    return Math.max(1, epochs / 20);
  }

  /** Epochs between measurements that take longer. */
  int tenth() {
    return epochs / 10;
  }

  /** Images that are trained on in all; the rest of an epoch that fills no step is left out. */
  long imagesInAll(int images) {
    return (long) epochs * (images / imagesPerStep) * imagesPerStep;
  }
}
