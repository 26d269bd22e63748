package dev.mto.evaluation;

import dev.mto.data.image.Augmentation;
import dev.mto.data.image.Preprocessing;
import dev.mto.data.image.RandomErasing;
import dev.mto.data.image.SingleDrawCrop;
import dev.mto.data.image.StrongAugmentation;
import dev.mto.data.pixels.Interpolation;
import dev.mto.data.pixels.RandAugment;
import dev.mto.engine.config.RunConfig;
import java.util.List;

/** How training images are augmented. */
public final class TrainingViews {
  private TrainingViews() {}

  /** RandomResizedCrop, flip, RandAugment and random erasing. */
  public static Preprocessing of(RunConfig config, FineTuneConfig recipe) {
    RandAugmentConfig randAugment = recipe.randAugment();
    return new StrongAugmentation(
        augmentation(
            config, recipe.cropScale(), recipe.cropRatio(), recipe.interpolation(), recipe.flip()),
        new RandAugment(
            randAugment.operations(),
            randAugment.magnitude(),
            randAugment.magnitudeStd(),
            recipe.interpolation()),
        new RandomErasing(recipe.erasing()));
  }

  /** As the linear probe's, or the centre crop where tokens are kept. */
  public static Preprocessing of(RunConfig config, AttentiveProbeConfig recipe) {
    return recipe.cached()
        ? config.centreCrop()
        : new SingleDrawCrop(
            augmentation(
                config,
                recipe.cropScale(),
                recipe.cropRatio(),
                recipe.interpolation(),
                recipe.flip()));
  }

  /** MAE's crop of the linear probe, one draw, and flip. */
  public static Preprocessing of(RunConfig config, LinearProbeConfig recipe) {
    return new SingleDrawCrop(
        augmentation(
            config, recipe.cropScale(), recipe.cropRatio(), recipe.interpolation(), recipe.flip()));
  }

  private static Augmentation augmentation(
      RunConfig config,
      List<Double> scale,
      List<Double> ratio,
      Interpolation interpolation,
      double flip) {
    List<Integer> image = config.model().image();
    return new Augmentation(
        image.get(0),
        image.get(1),
        scale.get(0),
        scale.get(1),
        ratio.get(0),
        ratio.get(1),
        interpolation,
        flip,
        config.data().normalization());
  }
}
