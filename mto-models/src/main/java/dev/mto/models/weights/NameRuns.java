package dev.mto.models.weights;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Shortens names of numbered blocks: {@code blocks.0 … blocks.11.{norm1.weight, norm1.bias}}. */
final class NameRuns {
  private static final Pattern NUMBERED = Pattern.compile("(.+?)\\.(\\d{1,9})\\.(.+)");

  /** More names than these in one block are counted instead of listed. */
  private static final int MOST_LISTED = 4;

  private NameRuns() {}

  /** One line for each name without a number and each run of blocks with equal names. */
  static List<String> shorten(List<String> names) {
    Map<String, Map<Integer, List<String>>> groups = new LinkedHashMap<>();
    for (String name : names) {
      Matcher numbered = NUMBERED.matcher(name);
      Map<Integer, List<String>> blocks =
          groups.computeIfAbsent(
              numbered.matches() ? numbered.group(1) : name, prefix -> new TreeMap<>());
      if (numbered.matches()) {
        blocks
            .computeIfAbsent(Integer.valueOf(numbered.group(2)), number -> new ArrayList<>())
            .add(numbered.group(3));
      }
    }
    List<String> lines = new ArrayList<>();
    groups.forEach(
        (prefix, blocks) -> {
          if (blocks.isEmpty()) {
            lines.add(prefix);
          } else {
            runs(lines, prefix, blocks);
          }
        });
    return lines;
  }

  private static void runs(List<String> lines, String prefix, Map<Integer, List<String>> blocks) {
    List<Integer> numbers = List.copyOf(blocks.keySet());
    int start = 0;
    for (int i = 1; i <= numbers.size(); i++) {
      int last = numbers.get(i - 1);
      boolean goesOn =
          i < numbers.size()
              && numbers.get(i) == last + 1
              && blocks.get(numbers.get(i)).equals(blocks.get(last));
      if (!goesOn) {
        lines.add(run(prefix, numbers.get(start), last, blocks.get(last)));
        start = i;
      }
    }
  }

  private static String run(String prefix, int first, int last, List<String> names) {
    String blocks = prefix + "." + first + (first == last ? "" : " … " + prefix + "." + last);
    if (names.size() == 1) {
      return blocks + "." + names.get(0);
    }
    return names.size() <= MOST_LISTED
        ? blocks + ".{" + String.join(", ", names) + "}"
        : "%s.* (%d %s)"
            .formatted(blocks, names.size(), first == last ? "tensors" : "tensors each");
  }
}
