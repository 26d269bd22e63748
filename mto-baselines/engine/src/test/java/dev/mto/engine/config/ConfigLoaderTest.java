package dev.mto.engine.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.mto.data.image.Exif;
import dev.mto.data.pixels.Interpolation;
import dev.mto.engine.errors.UserException;
import dev.mto.losses.Ranking;
import dev.mto.losses.Reduction;
import dev.mto.losses.VisibleTokens;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** A method's recipe, a user's file over it, and --set over both. */
class ConfigLoaderTest {
  private static final String RECIPE =
      ConfigLoader.over(
          defaults(),
          "recipe.yaml",
          """
          baseline: method
          data: { interpolation: bilinear }
          mto: { weights: { spa: 0.001, r: 0.001 } }
          training: { batch: 128, accumulate: 16, base_lr: 1.0e-4, lr_scale_batch: 512, schedule: multistep, milestones: [700] }
          """);

  @TempDir private Path folder;
  private Path file;

  @BeforeEach
  void writeTheUsersFile() throws IOException {
    file = folder.resolve("run.yaml");
    write("baseline: method\ndata: { train: images }\ntraining: { epochs: 20 }\n");
  }

  @Test
  void theFileLiesOverTheRecipeAndSettingsOverBoth() {
    RunConfig config = load("training.batch=64", "mto.weights.e=0.5", "data.mean=[0.1, 0.2, 0.3]");

    assertThat(config.baseline()).isEqualTo("method");
    assertThat(config.data().train()).isEqualTo("images");
    assertThat(config.training().epochs()).isEqualTo(20);
    assertThat(config.training().batch()).isEqualTo(64);
    assertThat(config.training().accumulate()).isEqualTo(16);
    assertThat(config.mto().weights()).isEqualTo(new MtoConfig.Weights(0.001, 0.5, 0.001));
    assertThat(config.data().mean()).containsExactly(0.1, 0.2, 0.3);
    assertThat(config.data().interpolation()).isEqualTo(Interpolation.BILINEAR);
  }

  @Test
  void newRunsTurnImagesAsCamerasSayAndRunsThatDoNotTellGoOnWithoutTurning() throws IOException {
    RunConfig config = load();
    assertThat(config.data().exif()).isEqualTo(Exif.APPLY);

    String resolved = ConfigLoader.write(config);
    assertThat(resolved).contains("  exif: apply\n");
    RunConfig old = ConfigLoader.parseResolved("old", resolved.replace("  exif: apply\n", ""));
    assertThat(old.data().exif()).isEqualTo(Exif.IGNORE);
  }

  @Test
  void whatARecipeSaysLiesOverTheDefaultsKeyByKey() {
    String defaults = "a: { b: 1, c: { d: 2, e: [3, 4] }, f: 5 }\ng: 6\nh: { i: 7 }\n";
    String own = "a: { c: { e: [8] }, f: null }\nh: 9\nj: { k: 10 }\n";

    assertThat(ConfigLoader.over(defaults, "recipe.yaml", own))
        .isEqualTo(
            """
            a:
              b: 1
              c:
                d: 2
                e:
                - 8
              f: null
            g: 6
            h: 9
            j:
              k: 10
            """);
  }

  @Test
  void aRecipeThatGivesEveryKeyIsLeftAsItIs() {
    assertThat(ConfigLoader.over(defaults(), "recipe.yaml", RECIPE)).isEqualTo(RECIPE);
  }

  @Test
  void aRecipeThatIsNoMappingIsToldByItsName() {
    assertThatThrownBy(() -> ConfigLoader.over("a: 1", "recipe.yaml of Method", "- a"))
        .isInstanceOf(UserException.class)
        .hasMessage("recipe.yaml of Method: not a YAML mapping of keys to values");
  }

  @Test
  void theLaterOfTwoSettingsWins() {
    assertThat(load("training.epochs=3", "training.epochs=4").training().epochs()).isEqualTo(4);
  }

  @Test
  void whatIsWrittenReadsBackEqual() throws IOException {
    RunConfig config =
        load("mto.ranking=printed", "mto.reduction=sum", "model.dim=96", "data.val=other images");
    Path resolved = folder.resolve("resolved.yaml");
    Files.writeString(resolved, ConfigLoader.write(config));

    assertThat(ConfigLoader.read(resolved)).isEqualTo(config);
    assertThat(ConfigLoader.write(ConfigLoader.read(resolved)))
        .isEqualTo(ConfigLoader.write(config))
        .contains("ranking: printed", "initial: before_position", "crop_scale:", "base_lr: 1.0E-4");
    assertThat(config.mto().options().ranking()).isEqualTo(Ranking.PRINTED);
    assertThat(config.mto().options().reduction()).isEqualTo(Reduction.SUM);
  }

  @Test
  void optionsOfMtoThatCameLaterAreOffInAnOlderFile() throws IOException {
    RunConfig config = load();
    ObjectNode older = ConfigLoader.parse("new", ConfigLoader.write(config));
    List<String> known =
        List.of(
            "enabled",
            "weights",
            "ranking",
            "initial",
            "scale",
            "normalise",
            "reduction",
            "self_affinity",
            "epsilon");
    ((ObjectNode) older.get("mto")).retain(known);
    ((ObjectNode) older.get("log")).remove("mto_gradients_every");

    assertThat(ConfigLoader.parseResolved("old", ConfigLoader.write(older))).isEqualTo(config);
    assertThat(config.mto()).isEqualTo(config.mto().asInEarlierVersions());
    assertThat(config.mto().weightsChange()).isFalse();
  }

  @Test
  void optionsOfMtoAreReadAndRefusedByTheirKey() {
    assertThat(load("mto.temperature=2").mto().options().temperature()).isEqualTo(2);
    assertThat(load("mto.temperature=1")).isEqualTo(load());
    assertThat(load("mto.temperature=learned").mto().learnsTemperature()).isTrue();
    assertThat(load("mto.schedule.off=0.5").mto().weightsChange()).isTrue();
    assertThat(load("mto.schedule={off: 0.5, r: {off: 1}}").mto().schedule().r().off()).isOne();
    assertThat(load("mto.gradients=not_visible").mto().options().visibleTokens())
        .isEqualTo(VisibleTokens.FIXED);
    assertThat(load("mto.decoder_weights={pixel: 0.5}").mto().decoderWeights())
        .isEqualTo(Map.of("pixel", 0.5));
    assertRefused("mto.temperature=0", "mto.temperature: 0 must be greater than 0, or learned");
    assertRefused("mto.temperature=warm", "mto.temperature: warm must be");
    assertRefused("mto.margin=11", "mto.margin: 11.0 must be between 0 and 10");
    assertRefused("mto.decoder_weights={pixel: -1}", "mto.decoder_weights.pixel: -1 must be");
    assertRefused("mto.gradients=encoder", "mto.gradients: 'encoder' must be one of all");
    assertRefused("mto.schedule.decay=cos", "mto.schedule.decay: 'cos' must be one of none");
  }

  @Test
  void theDimensionsOfThePresetApplyWhereNoneIsGiven() {
    assertThat(load().model().vit(3).dim()).isEqualTo(768);
    assertThat(load("model.dim=96", "model.heads=3").model().vit(3).depth()).isEqualTo(12);
    assertThat(load("model.dim=96", "model.heads=3").model().vit(3).dim()).isEqualTo(96);
  }

  @Test
  void learningRatesScaleWithTheImagesOfAStepUnlessToldNotTo() {
    assertThat(load().training().lrFactor()).isEqualTo(128.0 * 16 / 512);
    assertThat(load("training.lr_scale_batch=none").training().lrFactor()).isEqualTo(1);
  }

  @Test
  void anUnknownKeyIsToldWithItsPathAndTheKnownOnes() {
    assertRefused(
        "mto.wieghts=1",
        "--set mto.wieghts=1: unknown key 'mto.wieghts'; known there: decoder_weights, enabled, ");
    assertRefused(
        "mto.weights.x=1",
        "--set mto.weights.x=1: unknown key 'mto.weights.x'; known there: e, r, spa");
    assertRefused(
        "trainnig.epochs=1",
        "--set trainnig.epochs=1: unknown key 'trainnig'; known there: baseline, ");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "training.epochs=many | training.epochs: 'many' must be a whole number",
        "training.epochs=[1] | training.epochs: must be a whole number",
        "masking.ratio=half | masking.ratio: 'half' must be a number",
        "mto.enabled=perhaps | mto.enabled: 'perhaps' must be true or false",
        "mto.ranking=up | mto.ranking: 'up' must be one of described, printed",
        "training.betas=0.9 | training.betas: must be a list",
        "mto.weights=0.1 | mto.weights: must be a mapping of keys to values",
        "model.image=[32, wide] | model.image[1]: 'wide' must be a whole number"
      })
  void aValueOfTheWrongTypeIsToldWithWhatIsWanted(String setting, String message) {
    assertRefused(setting, "--set " + setting + ": " + message);
  }

  @Test
  void whatIsWrongInTheFileIsBlamedOnTheFileThoughThereAreSettings() throws IOException {
    write("baseline: method\ndata: { train: images, flip: 3 }\n");

    assertThatThrownBy(() -> load("training.epochs=2"))
        .hasMessage(file + ": data.flip: 3 must be between 0 and 1");
  }

  @Test
  void foldersInAFileAreFoundBesideItFromAnywhere() throws IOException {
    Files.createDirectories(folder.resolve("pictures/train"));
    Path below = Files.createDirectories(folder.resolve("configs")).resolve("run.yaml");
    Files.createDirectories(folder.resolve("configs/indexes"));
    Files.writeString(
        below,
        "baseline: method\ndata: { train: ../pictures/train, val: there, index: indexes }\n");

    DataConfig data = ConfigLoader.load(below, List.of(), name -> RECIPE).data();

    assertThat(data.train()).isEqualTo(folder.resolve("pictures/train").toString());
    assertThat(data.index()).isEqualTo(folder.resolve("configs/indexes").toString());
    assertThat(data.val()).as("from the present folder").isEqualTo("there");
  }

  @Test
  void aFractionIsNotCutToAWholeNumber() {
    assertRefused("training.epochs=2.5", "training.epochs");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "masking.ratio=1.5 | masking.ratio: 1.5 must be between 0 and 1, exclusive",
        "masking.ratio=0 | masking.ratio: 0.0 must be between 0 and 1, exclusive",
        "masking.unit=0 | masking.unit: 0 must be greater than 0",
        "training.epochs=-1 | training.epochs: -1 must be 0 or greater",
        "training.batch=-1 | training.batch: -1 must be greater than 0",
        "training.base_lr=-0.1 | training.base_lr: -0.1 must be 0 or greater",
        "training.base_lr=NaN | training.base_lr: NaN must be 0 or greater",
        "training.betas=[0.9, 1.0] | training.betas: [0.9, 1.0] must be two numbers in [0, 1)",
        "training.lr_scale_batch=0 | training.lr_scale_batch: 0 must be a number of images from 1",
        "mto.weights.e=-1 | mto.weights.e: -1 must be 0 or greater",
        "mto.epsilon=0 | mto.epsilon: 0 must be greater than 0",
        "data.channels=0 | data.channels: 0 must be between 1 and 512",
        "data.channels=4 | data.mean: [0.485, 0.456, 0.406] must be 4 numbers",
        "data.exif=turn | data.exif: 'turn' must be one of apply, ignore",
        "data.mean=[0.5] | data.mean: [0.5] must be 3 numbers",
        "data.std=[1, 1, 0] | data.std: [1.0, 1.0, 0.0] must be 3 numbers greater than 0",
        "data.flip=2 | data.flip: 2 must be between 0 and 1",
        "data.workers=0 | data.workers: 0 must be between 1 and 256",
        "data.crop_scale=[0.9, 0.5] | data.crop_scale: [0.9, 0.5] must be [smallest, largest]",
        "data.train=null | data.train: null must be a folder or tar archive of images",
        "model.image=[224] | model.image: [224] must be [height, width]",
        "model.image=[8, 224] | model.image: [8, 224] must be at least one patch of 16 pixels",
        "checkpoint.keep=0 | checkpoint.keep: 0 must be greater than 0",
        "checkpoint.every_minutes=0 | checkpoint.every_minutes: 0 must be greater than 0",
        "log.knn_every_epochs=-1 | log.knn_every_epochs: -1 must be 0 or greater"
      })
  void aValueOutOfRangeIsToldWithItsRule(String setting, String message) {
    assertRefused(setting, "--set " + setting + ": " + message);
  }

  @ParameterizedTest
  @CsvSource({
    "model=null, model",
    "data=null, data",
    "masking=null, masking",
    "mto=null, mto",
    "training=null, training",
    "checkpoint=null, checkpoint",
    "log=null, log",
    "mto.weights=null, mto.weights",
    "mto.ranking=null, mto.ranking",
    "mto.initial=null, mto.initial",
    "mto.scale=null, mto.scale",
    "mto.normalise=null, mto.normalise",
    "mto.reduction=null, mto.reduction",
    "mto.self_affinity=null, mto.self_affinity",
    "training.schedule=null, training.schedule",
    "data.interpolation=null, data.interpolation"
  })
  void aSectionOrChoiceSetToNothingIsRefused(String setting, String key) {
    assertRefused(setting, "--set " + setting + ": " + key + ": null must be given");
  }

  @Test
  void indexesAreKeptInAFolderOfThisMachine() {
    for (String wrong : List.of("hdfs://host/indexes", "' '")) {
      assertThatThrownBy(() -> load("data.index=" + wrong))
          .isInstanceOf(UserException.class)
          .hasMessageContaining("data.index: ")
          .hasMessageContaining("a folder of this machine or null");
    }
    assertThat(load("data.index=kept").withAbsolutePaths().data().index())
        .isEqualTo(Path.of("kept").toAbsolutePath().toString());
  }

  @ParameterizedTest
  @ValueSource(strings = {"training.epochs", "=20", "", "data.val=", "data.val= # none", ".=1"})
  void aSettingThatIsNotKeyAndValueIsRefused(String setting) {
    assertRefused(
        setting, "--set " + setting + ": must be key=value, e.g. --set training.epochs=20");
  }

  @Test
  void aSettingWhoseValueIsNotYamlIsRefused() {
    assertRefused("data.mean=[1, 2", "--set data.mean=[1, 2, line 1: not valid YAML: ");
  }

  @Test
  void aMissingFileIsToldWithAnExample() {
    Path missing = folder.resolve("missing.yaml");
    assertThatThrownBy(() -> ConfigLoader.load(missing, List.of(), name -> RECIPE))
        .isInstanceOf(UserException.class)
        .hasMessage(
            missing + ": no such file; give a configuration such as configs/quickstart.yaml");
  }

  @ParameterizedTest
  @ValueSource(strings = {"training: { epochs: 2 }\n", "baseline: 5\n", "baseline: null\n"})
  void aFileWithoutBaselineIsRefused(String text) throws IOException {
    write(text);
    assertThatThrownBy(this::load)
        .isInstanceOf(UserException.class)
        .hasMessage(file + ": the key 'baseline' is missing; add e.g. baseline: simmim");
  }

  @ParameterizedTest
  @ValueSource(strings = {"- a\n- b\n", "just text\n", ""})
  void aFileThatIsNotAMappingIsRefused(String text) throws IOException {
    write(text);
    assertThatThrownBy(this::load)
        .isInstanceOf(UserException.class)
        .hasMessage(file + ": not a YAML mapping of keys to values");
  }

  @Test
  void brokenYamlIsToldInOneLine() throws IOException {
    write("baseline: [method\ndata: {");
    assertThatThrownBy(this::load)
        .isInstanceOf(UserException.class)
        .hasMessageStartingWith(file + ", line 2: not valid YAML: ")
        .hasMessageNotContaining("\n");
  }

  @ParameterizedTest
  @CsvSource(
      delimiterString = " -> ",
      textBlock =
          """
          'baseline: method\n---\nseed: 2' -> ', line 2: a second document begins; leave one'
          'baseline: &name method\nx: *name' -> ', line 2: an alias, which is not supported; write the value'
          'baseline: method\nbaseline: other' -> ', line 2: not valid YAML: Duplicate field'
          'baseline: method\ndata: { crop_scale: [0.5, null] }' -> ': data.crop_scale[1]: is empty; give a value'
          'baseline: method\noptions: { depth: 2 }' -> ': unknown key ''options.depth''; known there: none'
          """)
  void whatYamlAllowsAndAConfigurationDoesNotIsRefused(String text, String problem)
      throws IOException {
    write(text.replace("\\n", "\n"));
    assertThatThrownBy(this::load)
        .isInstanceOf(UserException.class)
        .hasMessageStartingWith(file + problem)
        .hasMessageNotContaining("\n");
  }

  @Test
  void nestingWithoutEndAndFilesWithoutEndAreRefusedAtOnce() throws IOException {
    write("baseline: method\ndata: " + "{a: ".repeat(50_000));
    assertThatThrownBy(this::load)
        .isInstanceOf(UserException.class)
        .hasMessage(file + ", line 2: nested more than 20 deep");

    write("baseline: method\n" + "# nothing\n".repeat(200_000));
    assertThatThrownBy(this::load)
        .isInstanceOf(UserException.class)
        .hasMessage(file + ": is above 1 MB, as no configuration is");
  }

  private static String defaults() {
    try (InputStream in = ConfigLoader.class.getResourceAsStream("/dev/mto/engine/defaults.yaml")) {
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private void write(String text) throws IOException {
    Files.writeString(file, text);
  }

  private RunConfig load(String... settings) {
    return ConfigLoader.load(file, List.of(settings), name -> RECIPE);
  }

  private void assertRefused(String setting, String message) {
    assertThatThrownBy(() -> load(setting))
        .isInstanceOf(UserException.class)
        .hasMessageContaining(message)
        .hasMessageNotContaining("\n");
  }
}
