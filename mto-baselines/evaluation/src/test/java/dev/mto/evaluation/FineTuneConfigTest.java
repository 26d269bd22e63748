package dev.mto.evaluation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.mto.engine.Baseline;
import dev.mto.engine.config.ConfigLoader;
import dev.mto.engine.config.TrainingConfig;
import dev.mto.engine.errors.UserException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** MAE's recipe, which a method without one of its own is fine-tuned by. */
class FineTuneConfigTest {
  private static FineTuneConfig load(String... settings) throws IOException {
    try (InputStream recipe = Baseline.class.getResourceAsStream("finetune.yaml")) {
      String text = new String(recipe.readAllBytes(), StandardCharsets.UTF_8);
      return ConfigLoader.load(text, null, List.of(settings), FineTuneConfig.class);
    }
  }

  @Test
  void randAugmentIsTurnedOffByItsNumberOfOperationsAlone() throws IOException {
    assertThat(load().randAugment()).isEqualTo(new RandAugmentConfig(2, 9, 0.5));
    assertThat(load("rand_augment.operations=0").randAugment())
        .isEqualTo(new RandAugmentConfig(0, 9, 0.5));
  }

  @Test
  void whatIsWrittenReadsBackEqual() throws IOException {
    FineTuneConfig config = load("rand_augment.magnitude=7.5", "erasing=0.1");
    assertThat(ConfigLoader.load(ConfigLoader.write(config), null, List.of(), FineTuneConfig.class))
        .isEqualTo(config);
  }

  @Test
  void plainCosineNeedNotBeGivenAndIsNotWritten() throws IOException {
    assertThat(load().schedule()).isEqualTo(TrainingConfig.Schedule.COSINE);
    assertThat(load("schedule=cosine")).isEqualTo(load());
    assertThat(ConfigLoader.write(load("schedule=cosine"))).doesNotContain("schedule");
    assertThat(ConfigLoader.write(load("schedule=cosine_timm"))).contains("schedule: cosine_timm");
  }

  @Test
  void schedulesDifferInHowTheWarmUpEnds() throws IOException {
    String[] short10 = {"epochs=10", "base_lr=1", "lr_scale_batch=none", "warmup_epochs=2"};

    assertThat(rateAfterWarmUp(short10, "schedule=cosine")).isEqualTo(1);
    assertThat(rateAfterWarmUp(short10, "schedule=cosine_linspace")).isEqualTo(1);
    assertThat(rateAfterWarmUp(short10, "schedule=cosine_timm"))
        .isCloseTo((1 + Math.cos(0.2 * Math.PI)) / 2, within(1e-5));
  }

  private static double rateAfterWarmUp(String[] settings, String schedule) throws IOException {
    String[] all = Arrays.copyOf(settings, settings.length + 1);
    all[settings.length] = schedule;
    return load(all).learningRate(100).at(schedule.endsWith("timm") ? 201 : 200);
  }

  @ParameterizedTest
  @CsvSource({
    "schedule=multistep, schedule: MULTISTEP must be one of the cosines",
    "rand_augment.operations=-1, rand_augment.operations: -1 must be 0 or greater",
    "rand_augment.operations=1.5, rand_augment.operations: '1.5' must be a whole number",
    "rand_augment.magnitude=11, rand_augment.magnitude: 11.0 must be between 0 and 10",
    "rand_augment.magnitude_std=-0.5, rand_augment.magnitude_std: -0.5 must be 0 or greater",
    "rand_augment.probability=1, unknown key 'rand_augment.probability'",
    "rand_augment=null, rand_augment: null must be given",
    "erasing=1.5, erasing: 1.5 must be between 0 and 1",
  })
  void aWrongAugmentationIsRefusedWithItsKey(String setting, String message) {
    assertThatThrownBy(() -> load(setting))
        .isInstanceOf(UserException.class)
        .hasMessageContaining(message);
  }
}
