package dev.mto.bench.evaluate;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mto.bench.OfficialCheckpoint;
import dev.mto.data.image.Preprocessing;
import dev.mto.data.image.RandomErasing;
import dev.mto.data.pixels.Interpolation;
import dev.mto.data.pixels.RandAugment;
import dev.mto.engine.Baselines;
import dev.mto.engine.config.ConfigLoader;
import dev.mto.engine.config.RunConfig;
import dev.mto.evaluation.FineTuneConfig;
import dev.mto.evaluation.LinearProbeConfig;
import dev.mto.evaluation.TrainingViews;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class TrainingViewsTest {
  @TempDir private Path folder;

  private RunConfig config(OfficialCheckpoint official) throws Exception {
    return ConfigLoader.load(
        official.config(folder), List.of(), name -> Baselines.named(name).recipe());
  }

  private static FineTuneConfig fineTuning(RunConfig config, String... settings) {
    return ConfigLoader.load(
        Baselines.named(config.baseline()).fineTuneRecipe(),
        null,
        List.of(settings),
        FineTuneConfig.class);
  }

  @ParameterizedTest
  @EnumSource(names = {"SIMMIM", "MAE", "BOOTMAE", "CONMIM"})
  void everyOfficialFineTuningHasRandAugmentAndRandomErasing(OfficialCheckpoint official)
      throws Exception {
    RunConfig config = config(official);
    Preprocessing views = TrainingViews.of(config, fineTuning(config));

    assertThat(views.randAugment()).isEqualTo(new RandAugment(2, 9, 0.5, Interpolation.BICUBIC));
    assertThat(views.erasing()).isEqualTo(new RandomErasing(0.25));
  }

  @Test
  void bothAreTurnedOffByTheirKeys() throws Exception {
    RunConfig config = config(OfficialCheckpoint.MAE);
    Preprocessing views =
        TrainingViews.of(config, fineTuning(config, "rand_augment.operations=0", "erasing=0"));

    assertThat(views.randAugment().operations()).isZero();
    assertThat(views.erasing()).isEqualTo(RandomErasing.none());
  }

  @Test
  void theLinearProbeHasNeither() throws Exception {
    RunConfig config = config(OfficialCheckpoint.MAE);
    LinearProbeConfig recipe =
        ConfigLoader.load(
            Baselines.named(config.baseline()).linearProbeRecipe(),
            null,
            List.of(),
            LinearProbeConfig.class);
    Preprocessing views = TrainingViews.of(config, recipe);

    assertThat(views.randAugment()).isEqualTo(RandAugment.none());
    assertThat(views.erasing()).isEqualTo(RandomErasing.none());
  }
}
