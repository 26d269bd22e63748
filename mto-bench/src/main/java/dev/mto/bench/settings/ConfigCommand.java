package dev.mto.bench.settings;

import dev.mto.engine.Baselines;
import dev.mto.engine.command.WithoutBackend;
import dev.mto.engine.config.ConfigSources;
import dev.mto.engine.config.SettingKey;
import dev.mto.engine.errors.UserException;
import java.nio.file.Path;
import java.util.List;
import java.util.SortedMap;
import java.util.concurrent.Callable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code config}: what can be set, and what is. */
@Command(
    name = "config",
    mixinStandardHelpOptions = true,
    sortOptions = false,
    description = {"Shows what a run will have, with where each value is from, or what a key is."},
    footer = {
      "",
      "Examples:",
      "  ./mto config --show --config configs/quickstart.yaml",
      "  ./mto config --show --config configs/mae-tiny.yaml --set training.epochs=20",
      "  ./mto config --explain training.base_lr",
      "  ./mto config --explain options.decoder_depth",
      "  ./mto config --explain finetune.layer_decay      # likewise linear., attentive. and study.",
      "  ./mto config --reference > docs/settings.md"
    })
public final class ConfigCommand implements Callable<Integer>, WithoutBackend {
  /** What is asked for. */
  private static final class Wanted {
    @Option(
        names = "--show",
        required = true,
        description =
            "The resolved configuration as YAML; behind each value # default, # recipe, # file or"
                + " # --set says where it is from.")
    private boolean show;

    @Option(
        names = "--explain",
        required = true,
        paramLabel = "KEY",
        description = "What a key sets, its unit, its values, and each method's default.")
    private String key;

    @Option(
        names = "--reference",
        required = true,
        description = "All keys of all files as Markdown, which docs/settings.md holds.")
    private boolean reference;
  }

  @ArgGroup(multiplicity = "1")
  private Wanted wanted;

  @Option(
      names = {"-c", "--config"},
      paramLabel = "FILE",
      description = "With --show: a configuration in YAML.")
  private Path config;

  @Option(
      names = "--set",
      paramLabel = "KEY=VALUE",
      description = "With --show: overrides one key. May be given often.")
  private List<String> settings = List.of();

  @Override
  public Integer call() {
    if (!wanted.show && (config != null || !settings.isEmpty())) {
      throw new UserException("--config and --set: are for --show; leave them out");
    }
    if (wanted.show) {
      show();
    } else if (wanted.reference) {
      System.out.print(SettingsPage.of(KeyGroups.all()));
    } else {
      explain(wanted.key);
    }
    return 0;
  }

  private void show() {
    if (config == null) {
      throw new UserException(
          "--config: is missing; give a configuration such as configs/quickstart.yaml");
    }
    System.out.print(
        ConfigSources.show(
            config, settings, Baselines.defaults(), name -> Baselines.named(name).recipe()));
  }

  private static void explain(String name) {
    List<KeyGroup> groups = KeyGroups.all();
    List<KeyGroup> having = groups.stream().filter(group -> group.find(name).isPresent()).toList();
    if (having.isEmpty()) {
      throw KeyGroups.unknown(groups, name);
    }
    for (KeyGroup group : having) {
      SettingKey key = group.find(name).orElseThrow();
      System.out.println(group.name(key));
      line("in", group.title().replace("`", ""));
      System.out.println("  " + key.sentence());
      if (key.section()) {
        group.keys().stream()
            .filter(
                inner ->
                    inner.key().startsWith(key.key() + ".")
                        || inner.key().startsWith(key.key() + "[]."))
            .forEach(inner -> System.out.printf("    %-42s %s%n", inner.key(), inner.sentence()));
      } else {
        explainValue(key, group.defaults(key));
      }
    }
  }

  private static void explainValue(SettingKey key, SortedMap<String, String> defaults) {
    if (!key.unit().isEmpty()) {
      line("unit", key.unit());
    }
    line("values", key.values());
    if (defaults.isEmpty()) {
      line("default", "none; it has to be given");
    }
    defaults.forEach(
        (method, value) -> line("default", value + (method.isEmpty() ? "" : "  (" + method + ")")));
  }

  private static void line(String name, String value) {
    System.out.printf("  %-8s %s%n", name, value);
  }
}
