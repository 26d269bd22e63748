package dev.mto.bench.evaluate;

import dev.mto.data.Augmentation;
import dev.mto.data.Interpolation;
import dev.mto.data.Preprocessing;
import dev.mto.data.RandAugment;
import dev.mto.data.RandomErasing;
import dev.mto.data.SingleDrawCrop;
import dev.mto.data.StrongAugmentation;
import dev.mto.engine.config.FineTuneConfig;
import dev.mto.engine.config.LinearProbeConfig;
import dev.mto.engine.config.RandAugmentConfig;
import dev.mto.engine.config.RunConfig;
import java.util.List;

/** How training images are augmented. */
final class TrainingViews {
  private TrainingViews() {}

  /** RandomResizedCrop, flip, RandAugment and random erasing. */
  static Preprocessing of(RunConfig config, FineTuneConfig recipe) {
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

  /** MAE's crop of the linear probe, one draw, and flip. */
  static Preprocessing of(RunConfig config, LinearProbeConfig recipe) {
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
