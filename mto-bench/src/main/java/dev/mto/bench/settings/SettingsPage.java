package dev.mto.bench.settings;

import dev.mto.engine.config.SettingKey;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.stream.Collectors;

/** The reference of settings, as Markdown. */
final class SettingsPage {
  private static final String HEAD =
      """
      # Settings

      Every key of every file, with its default. `./mto config --reference > docs/settings.md` writes
      this page from the descriptions of the configurations themselves. `./mto config --explain KEY`
      shows one key, and `./mto config --show --config FILE` what a run will have and where each value
      is from.

      A configuration gives what differs from the defaults; `--set key=value` (`--recipe-set` for the
      recipes of evaluation) goes over the file. Where methods differ, the default that most have comes
      first. `null` is no value; — has to be given.
      """;
  private static final String TABLE =
      "\n| key | what it sets | unit | values | default |\n|---|---|---|---|---|\n";

  private final StringBuilder text = new StringBuilder(HEAD);

  private SettingsPage() {}

  static String of(List<KeyGroup> groups) {
    SettingsPage page = new SettingsPage();
    groups.forEach(page::add);
    return page.text.toString();
  }

  private void add(KeyGroup group) {
    text.append("\n## ").append(group.title()).append('\n');
    boolean inTable = false;
    for (SettingKey key : group.keys()) {
      if (key.section()) {
        text.append("\n### %s%n%n%s%n".formatted("`" + key.key() + "`", key.sentence()));
      } else if (!inTable) {
        text.append(TABLE);
      }
      inTable = !key.section();
      if (inTable) {
        text.append(
            "| `%s` | %s | %s | %s | %s |%n"
                .formatted(
                    key.key(),
                    cell(key.sentence()),
                    cell(key.unit()),
                    cell(key.values()),
                    defaults(group.defaults(key))));
      }
    }
  }

  private static String cell(String text) {
    return text.replace("|", "\\|");
  }

  /** The most frequent value, and the methods that have another. */
  private static String defaults(SortedMap<String, String> byMethod) {
    if (byMethod.isEmpty()) {
      return "—";
    }
    Map<String, Integer> counts = new LinkedHashMap<>();
    byMethod.values().forEach(value -> counts.merge(value, 1, Integer::sum));
    String usual = Collections.max(counts.entrySet(), Map.Entry.comparingByValue()).getKey();
    String others =
        byMethod.entrySet().stream()
            .filter(entry -> !entry.getValue().equals(usual))
            .map(entry -> "; " + entry.getKey() + " `" + entry.getValue() + "`")
            .collect(Collectors.joining());
    return "`" + usual + "`" + others;
  }
}
