package dev.mto.engine.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mto.data.Shuffle;
import dev.mto.data.image.Exif;
import dev.mto.engine.errors.UserException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** With which changes a run may go on. */
class ResumedConfigTest {
  @TempDir private Path folder;
  private Path file;
  private RunConfig own;

  @BeforeEach
  void writeTheConfigurationOfARun() throws IOException {
    try (InputStream in = RunConfig.class.getResourceAsStream("/dev/mto/engine/defaults.yaml")) {
      String recipe = new String(in.readAllBytes(), StandardCharsets.UTF_8);
      Path user =
          Files.writeString(folder.resolve("user.yaml"), "baseline: m\ndata: { train: x }\n");
      List<String> settings =
          List.of(
              "training={epochs: 2, batch: 8, accumulate: 1, seed: 1, base_lr: 1.0e-3, schedule: cosine}",
              "data.interpolation=bilinear",
              "mto.weights.spa=0.1",
              "options=null");
      own = ConfigLoader.load(user, settings, name -> recipe);
    }
    file = Files.writeString(folder.resolve("config.yaml"), ConfigLoader.write(own));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "checkpoint.every_minutes=1",
        "log.knn_every_epochs=3",
        "data.train=elsewhere",
        "data.val=elsewhere",
        "data.index=elsewhere",
        "data.workers=1",
        "data.max_bad_share=0.5"
      })
  void whatChangesNoNumberIsFree(String setting) {
    assertThat(resumed(setting).announced()).isEmpty();
  }

  @Test
  void whatMayChangeOnPurposeIsAnnouncedWithBothValues() {
    assertThat(resumed("training.epochs=4", "training.base_lr=1.0e-4").announced())
        .containsExactly("training.base_lr is 0.001, not 1.0E-4", "training.epochs is 2, not 4");
    assertThat(resumed("log.validation_masks=method").announced())
        .containsExactly("log.validation_masks is \"run\", not \"method\"");
    assertThat(resumed("mto.decoder_weights={feature: 0.25}").announced())
        .as("a map of names, none of which the run had")
        .singleElement()
        .asString()
        .endsWith(", not {\"feature\":0.25}");
    assertThat(resumed("mto.epsilon=0.5").announced()).as("what a divergence advises").hasSize(1);
    assertThat(resumed("mto.weights.e=0.5").announced())
        .singleElement()
        .asString()
        .startsWith("mto.weights.e is ")
        .endsWith(", not 0.5");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "training.seed=2",
        "training.batch=4",
        "model.depth=3",
        "masking.ratio=0.5",
        "data.flip=0.1",
        "data.shuffle=\"lanes\"",
        "mto.enabled=false"
      })
  void whatMakesItAnotherRunIsRefusedByName(String setting) {
    String key = setting.substring(0, setting.indexOf('='));
    String value = setting.substring(setting.indexOf('=') + 1);
    assertThatThrownBy(() -> resumed(setting))
        .isInstanceOf(UserException.class)
        .hasMessageStartingWith(
            file + ": the run was made with another configuration: " + key + " is ")
        .hasMessageContaining(", not " + value + "; go on with that");
  }

  @Test
  void anOptionThatTheRunsMethodDoesNotHaveIsRefused() throws IOException {
    RunConfig none = ConfigLoader.read(file, List.of("options={}"));
    RunConfig asked = ConfigLoader.read(file, List.of("options={ foo: 1 }"));

    assertThatThrownBy(() -> ResumedConfig.of(file, none, asked))
        .isInstanceOf(UserException.class)
        .hasMessageContaining("options.foo is not set, not 1");
  }

  @Test
  void aKeyThatIsYoungerThanTheRunStaysAsItWasThen() throws IOException {
    assertThat(own.data().exif()).isEqualTo(Exif.APPLY);
    RunConfig older = olderThan("exif");

    assertThat(ResumedConfig.differences(file, older, own)).isEmpty();
    assertThat(older.data().exif()).isEqualTo(Exif.IGNORE);
    assertThat(olderThan("shuffle").data().shuffle()).isEqualTo(Shuffle.EXACT);
  }

  @Test
  void aSettingOfAKeyThatIsYoungerThanTheRunIsSeen() throws IOException {
    RunConfig older = olderThan("exif");

    assertThatThrownBy(
            () ->
                ResumedConfig.of(file, older, ConfigLoader.read(file, List.of("data.exif=apply"))))
        .isInstanceOf(UserException.class)
        .hasMessageContaining("data.exif is \"ignore\", not \"apply\"");
  }

  private RunConfig olderThan(String key) throws IOException {
    Files.writeString(file, Files.readString(file).replaceAll("(?m)^ +" + key + ": .*\\R", ""));
    return ConfigLoader.read(file);
  }

  private ResumedConfig resumed(String... settings) {
    return ResumedConfig.of(file, own, ConfigLoader.read(file, List.of(settings)));
  }
}
