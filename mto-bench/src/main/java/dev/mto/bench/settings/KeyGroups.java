package dev.mto.bench.settings;

import dev.mto.bench.study.StudyKeys;
import dev.mto.engine.Baseline;
import dev.mto.engine.Baselines;
import dev.mto.engine.config.ConfigLoader;
import dev.mto.engine.config.RunConfig;
import dev.mto.engine.config.SettingKey;
import dev.mto.engine.errors.UserException;
import dev.mto.evaluation.AttentiveProbeConfig;
import dev.mto.evaluation.FineTuneConfig;
import dev.mto.evaluation.LinearProbeConfig;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.stream.Stream;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.UnmatchedArgumentException;

/** All keys of all files, with what the methods on the class path have as defaults. */
final class KeyGroups {
  private static final String OPTIONS = "options.";
  private static final int MOST_MEANT = 4;

  private KeyGroups() {}

  static List<KeyGroup> all() {
    List<KeyGroup> groups = new ArrayList<>();
    groups.add(
        new KeyGroup(
            "A run: `mto pretrain --config FILE`",
            "",
            SettingKey.of("", RunConfig.class).stream()
                .filter(key -> !key.key().equals("options"))
                .toList(),
            byMethod(Baseline::recipe)));
    Baselines.all().values().forEach(method -> options(method).ifPresent(groups::add));
    groups.add(
        new KeyGroup(
            "Fine-tuning: `mto evaluate finetune --recipe FILE`",
            "finetune.",
            SettingKey.of("", FineTuneConfig.class),
            byMethod(Baseline::fineTuneRecipe)));
    groups.add(
        new KeyGroup(
            "Linear probe: `mto evaluate linear --recipe FILE`",
            "linear.",
            SettingKey.of("", LinearProbeConfig.class),
            byMethod(Baseline::linearProbeRecipe)));
    groups.add(
        new KeyGroup(
            "Attentive probe: `mto evaluate attentive --recipe FILE`",
            "attentive.",
            SettingKey.of("", AttentiveProbeConfig.class),
            byMethod(Baseline::attentiveProbeRecipe)));
    groups.add(
        new KeyGroup(
            "A study: `mto study FILE`",
            "study.",
            StudyKeys.all(),
            new TreeMap<>(Map.of("", ConfigLoader.values(StudyKeys.defaults())))));
    return groups;
  }

  private static Optional<KeyGroup> options(Baseline method) {
    return method
        .optionsType()
        .map(
            type ->
                new KeyGroup(
                    "Options of " + method.name() + ", in a run's configuration",
                    "",
                    SettingKey.of(OPTIONS, type),
                    new TreeMap<>(Map.of(method.name(), ConfigLoader.values(method.recipe())))));
  }

  private static SortedMap<String, Map<String, String>> byMethod(
      Function<Baseline, String> recipe) {
    SortedMap<String, Map<String, String>> defaults = new TreeMap<>();
    Baselines.all()
        .forEach((name, method) -> defaults.put(name, ConfigLoader.values(recipe.apply(method))));
    return defaults;
  }

  /** Names one key that nobody knows, and those that may be meant. */
  static UserException unknown(List<KeyGroup> groups, String name) {
    List<String> all =
        groups.stream()
            .flatMap(group -> group.keys().stream().map(group::name))
            .distinct()
            .toList();
    String last = name.substring(name.lastIndexOf('.') + 1);
    List<String> meant =
        Stream.concat(
                all.stream().filter(key -> key.equals(last) || key.endsWith("." + last)),
                similar(all, name).stream())
            .distinct()
            .limit(MOST_MEANT)
            .toList();
    return new UserException(
        "--explain %s: there is no such key%s; docs/settings.md lists them all"
            .formatted(
                name, meant.isEmpty() ? "" : "; did you mean " + String.join(" or ", meant) + "?"));
  }

  /** By the measure of likeness that the command line has for its options. */
  private static List<String> similar(List<String> all, String name) {
    CommandSpec spec = CommandSpec.create();
    all.forEach(key -> spec.addOption(OptionSpec.builder("--" + key).build()));
    return new UnmatchedArgumentException(new CommandLine(spec), List.of("--" + name))
        .getSuggestions().stream().map(option -> option.replaceFirst("^--", "")).toList();
  }
}
