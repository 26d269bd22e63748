package dev.mto.bench.settings;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mto.engine.Baseline;
import dev.mto.engine.Baselines;
import dev.mto.engine.config.ConfigLoader;
import dev.mto.engine.config.Rules;
import dev.mto.engine.config.RunConfig;
import dev.mto.engine.config.SettingKey;
import dev.mto.engine.errors.UserException;
import dev.mto.evaluation.AttentiveProbeConfig;
import dev.mto.evaluation.FineTuneConfig;
import dev.mto.evaluation.LinearProbeConfig;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The reference of settings says of every key what holds. */
class SettingsReferenceTest {
  /** Values that a range refuses, by its words. */
  private static final Map<String, List<String>> REFUSED =
      Map.ofEntries(
          Map.entry(Rules.POSITIVE, List.of("0", "-1")),
          Map.entry(Rules.NOT_NEGATIVE, List.of("-1")),
          Map.entry(Rules.SHARE, List.of("-0.1", "1.1")),
          Map.entry("between 0 and 1, exclusive", List.of("0", "1")),
          Map.entry("between 0 and 10", List.of("-1", "11")),
          Map.entry("between 1 and 512", List.of("0", "513")),
          Map.entry("between 1 and 256", List.of("0", "257")),
          Map.entry("in [0, 1)", List.of("-0.1", "1")),
          Map.entry("in (0, 1]", List.of("0", "1.1")),
          Map.entry("at least 1", List.of("0")),
          Map.entry("at least 0.001", List.of("0")),
          Map.entry("greater than 1", List.of("1")),
          Map.entry("greater than 0, or null", List.of("0")),
          Map.entry("a multiple of 4", List.of("6", "0")),
          Map.entry("two numbers in [0, 1)", List.of("[0.9]", "[0.9, 1]")));

  /** Checked where block masks are drawn, which the recipe does not do. */
  private static final List<String> OF_BLOCK_MASKS =
      List.of("options.block_patches", "options.block_smallest", "options.block_attempts");

  @TempDir private Path folder;

  static List<KeyGroup> groups() {
    return KeyGroups.all();
  }

  static Stream<Baseline> baselines() {
    return Baselines.all().values().stream();
  }

  @Test
  void thePageInTheDocumentationIsTheOneThatTheCommandMakes() throws IOException {
    assertThat(Files.readString(Path.of("..", "docs", "settings.md")))
        .as("make it by ./mto config --reference > docs/settings.md")
        .isEqualTo(SettingsPage.of(KeyGroups.all()));
  }

  @ParameterizedTest
  @MethodSource("groups")
  void everyKeyHasASentence(KeyGroup group) {
    assertThat(group.keys()).isNotEmpty();
    for (SettingKey key : group.keys()) {
      assertThat(key.sentence()).as(key.key()).matches("(?s)\\S.*\\w.*[.]");
    }
  }

  @ParameterizedTest
  @MethodSource("groups")
  void everyKeyOfTheRecipesIsDescribed(KeyGroup group) {
    List<String> described = group.keys().stream().map(SettingKey::key).toList();

    group
        .defaults()
        .forEach(
            (method, values) ->
                assertThat(values.keySet())
                    .as(method)
                    .filteredOn(key -> key.startsWith("options.") == isOptions(group))
                    .allMatch(described::contains));
  }

  @Test
  void everyMethodWithOptionsDescribesThem() {
    assertThat(baselines())
        .hasSizeGreaterThanOrEqualTo(4)
        .allMatch(
            method ->
                method.optionsType().isPresent()
                    == ConfigLoader.values(method.recipe()).keySet().stream()
                        .anyMatch(key -> key.startsWith("options.")));
  }

  private static boolean isOptions(KeyGroup group) {
    return group.keys().get(0).key().startsWith("options.");
  }

  @ParameterizedTest
  @MethodSource("baselines")
  void whatARangeExcludesIsRefused(Baseline method) throws IOException {
    Path file = Files.writeString(folder.resolve("a.yaml"), "baseline: " + method.name());
    int checked = 0;
    for (KeyGroup group : List.of(groups().get(0), options(method))) {
      for (SettingKey key : group.keys()) {
        for (String value : REFUSED.getOrDefault(key.values(), List.of())) {
          if (!OF_BLOCK_MASKS.contains(key.key())) {
            String setting = key.key() + "=" + value;
            assertThatThrownBy(() -> use(method, file, setting)).as(setting).isNotNull();
            checked++;
          }
        }
      }
    }
    assertThat(checked).isGreaterThan(40);
    use(method, file, "training.seed=3");
  }

  private static KeyGroup options(Baseline method) {
    return groups().stream()
        .filter(group -> isOptions(group) && group.defaults().containsKey(method.name()))
        .findFirst()
        .orElse(groups().get(0));
  }

  private static void use(Baseline method, Path file, String setting) {
    RunConfig config =
        ConfigLoader.load(
            file, List.of("data.train=x", setting), name -> Baselines.named(name).recipe());
    method.masks(config);
    config.mto().options();
    method.optionsType().ifPresent(type -> ConfigLoader.options(config, type));
  }

  @Test
  void whatARangeOfARecipeExcludesIsRefused() {
    Baseline mae = Baselines.named("mae");
    refused(mae.fineTuneRecipe(), "finetune.", FineTuneConfig.class);
    refused(mae.linearProbeRecipe(), "linear.", LinearProbeConfig.class);
    refused(mae.attentiveProbeRecipe(), "attentive.", AttentiveProbeConfig.class);
  }

  private static void refused(String recipe, String prefix, Class<?> type) {
    KeyGroup group =
        groups().stream().filter(g -> g.prefix().equals(prefix)).findFirst().orElseThrow();
    int checked = 0;
    for (SettingKey key : group.keys()) {
      for (String value : REFUSED.getOrDefault(key.values(), List.of())) {
        String setting = key.key() + "=" + value;
        assertThatThrownBy(() -> ConfigLoader.load(recipe, null, List.of(setting), type))
            .as(setting)
            .isInstanceOf(UserException.class);
        checked++;
      }
    }
    assertThat(checked).isGreaterThan(10);
  }
}
