package dev.mto.bench.weights;

import dev.mto.models.weights.TensorInfo;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Tensors of numbered blocks that are alike, one line for all.
 *
 * @param name with the numbers in braces, {@code blocks.{0-11}.norm1.weight}, or that of one tensor
 * @param info of each
 * @param count how many
 */
record TensorRun(String name, TensorInfo info, int count) {
  private static final Pattern NUMBERED = Pattern.compile("(.+?\\.)(\\d{1,9})(\\..+)");

  /** Each tensor on a line of its own. */
  static List<TensorRun> single(Map<String, TensorInfo> tensors) {
    return tensors.entrySet().stream()
        .map(tensor -> new TensorRun(tensor.getKey(), tensor.getValue(), 1))
        .toList();
  }

  /** Tensors whose names differ in the first number only, of one shape and type, on one line. */
  static List<TensorRun> joined(Map<String, TensorInfo> tensors) {
    Map<Alike, TreeSet<Integer>> groups = new LinkedHashMap<>();
    tensors.forEach(
        (name, info) -> {
          Matcher numbered = NUMBERED.matcher(name);
          if (numbered.matches()) {
            groups
                .computeIfAbsent(
                    new Alike(numbered.group(1), numbered.group(3), info), key -> new TreeSet<>())
                .add(Integer.valueOf(numbered.group(2)));
          } else {
            groups.put(new Alike(name, "", info), new TreeSet<>());
          }
        });
    List<TensorRun> runs = new ArrayList<>();
    groups.forEach((alike, numbers) -> runs.add(alike.run(numbers)));
    return runs;
  }

  private record Alike(String before, String after, TensorInfo info) {
    TensorRun run(TreeSet<Integer> numbers) {
      if (numbers.size() < 2) {
        String number = numbers.isEmpty() ? "" : numbers.first().toString();
        return new TensorRun(before + number + after, info, 1);
      }
      return new TensorRun(before + "{" + ranges(numbers) + "}" + after, info, numbers.size());
    }

    private static String ranges(TreeSet<Integer> numbers) {
      List<String> ranges = new ArrayList<>();
      int first = numbers.first();
      int last = first;
      for (int number : numbers.tailSet(first, false)) {
        if (number != last + 1) {
          ranges.add(range(first, last));
          first = number;
        }
        last = number;
      }
      ranges.add(range(first, last));
      return String.join(",", ranges);
    }

    private static String range(int first, int last) {
      return first == last ? String.valueOf(first) : first + "-" + last;
    }
  }
}
