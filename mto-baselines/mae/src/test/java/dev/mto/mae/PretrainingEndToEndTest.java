package dev.mto.mae;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mto.engine.testing.BaselineContract;
import dev.mto.engine.testing.TinyRun;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Whole runs of MAE on generated images. */
class PretrainingEndToEndTest extends BaselineContract {
  PretrainingEndToEndTest() {
    super(
        root ->
            new TinyRun(
                new Mae(),
                root,
                "options={decoder_dim: 16, decoder_depth: 2, decoder_heads: 2, norm_pix: false}"),
        4,
        3);
  }

  @Override
  protected boolean isOutsideOfTheEncoder(String parameter) {
    return parameter.startsWith("decoder_") || parameter.equals("mask_token");
  }

  @Test
  void referenceIsTheLossOfAPredictionWithoutAModelAlsoOfNormalisedPixels() {
    Path normalised = tiny().train("normalised", "training.epochs=1", "options.norm_pix=true");

    assertThat(first(reference(), "loss.reference")).isGreaterThan(0.1);
    assertThat(first(normalised, "loss.reference")).isBetween(0.2, 1.0);
    assertThat(normalised.resolve("pictures/reconstruction-0001.png")).isNotEmptyFile();
    assertThat(normalised.resolve("pictures/loss.png")).isNotEmptyFile();
  }

  @ParameterizedTest
  @CsvSource({
    "model.drop_path=0.1, model.drop_path: 0.1 must be 0",
    "options.decoder_heads=3, options.decoder_heads: 3 must divide",
    "options.decoder_width=3, decoder_width"
  })
  void whatMaeDoesNotHaveIsRefusedByItsKey(String setting, String message) {
    assertRefused(setting, message);
  }
}
