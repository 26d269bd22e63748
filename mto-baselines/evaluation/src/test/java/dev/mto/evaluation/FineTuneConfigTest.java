package dev.mto.evaluation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mto.engine.Baseline;
import dev.mto.engine.config.ConfigLoader;
import dev.mto.engine.errors.UserException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
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

  @ParameterizedTest
  @CsvSource({
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
