package dev.mto.models.weights;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * The tensors of a file beside those of a model, as {@code load_state_dict} of PyTorch compares
 * them: by name and shape.
 *
 * @param notes what was done to the file's names, a line each
 * @param matched in both with one shape, in the model's order
 * @param missing in the model only, in its order
 * @param unexpected in the file only, in its order
 * @param otherShape in both with different shapes, in the model's order
 */
public record WeightMatch(
    List<String> notes,
    List<String> matched,
    List<String> missing,
    List<String> unexpected,
    List<OtherShape> otherShape) {
  private static final Pattern NUMBERED = Pattern.compile("(.+?)\\.(\\d{1,9})\\.(.+)");

  /** More names than these in one block are counted instead of listed. */
  private static final int MOST_LISTED = 4;

  /** A tensor of one name and two shapes. */
  public record OtherShape(String name, List<Long> inFile, List<Long> inModel) {
    /** Copies the shapes. */
    public OtherShape {
      inFile = List.copyOf(inFile);
      inModel = List.copyOf(inModel);
    }
  }

  /** Copies the lists. */
  public WeightMatch {
    notes = List.copyOf(notes);
    matched = List.copyOf(matched);
    missing = List.copyOf(missing);
    unexpected = List.copyOf(unexpected);
    otherShape = List.copyOf(otherShape);
  }

  /**
   * Compares.
   *
   * @param file its tensors under the model's names
   * @param model the shapes it expects by name
   */
  public static WeightMatch of(NamedTensors file, Map<String, long[]> model) {
    Map<String, INDArray> tensors = file.tensors();
    List<String> matched = new ArrayList<>();
    List<String> missing = new ArrayList<>();
    List<OtherShape> otherShape = new ArrayList<>();
    model.forEach(
        (name, shape) -> {
          INDArray tensor = tensors.get(name);
          if (tensor == null) {
            missing.add(name);
          } else if (Arrays.equals(tensor.shape(), shape)) {
            matched.add(name);
          } else {
            otherShape.add(new OtherShape(name, list(tensor.shape()), list(shape)));
          }
        });
    List<String> unexpected =
        tensors.keySet().stream().filter(name -> !model.containsKey(name)).toList();
    return new WeightMatch(file.notes(), matched, missing, unexpected, otherShape);
  }

  /** Whether the file gives the model every tensor in its shape; it may hold more. */
  public boolean complete() {
    return missing.isEmpty() && otherShape.isEmpty();
  }

  /** The lists in a few lines, runs of blocks shortened. */
  public String report() {
    List<String> lines = new ArrayList<>(notes);
    lines.add("matched (" + matched.size() + ")");
    names(lines, "missing from the file", missing);
    names(lines, "not in the model", unexpected);
    if (!otherShape.isEmpty()) {
      lines.add("of another shape (" + otherShape.size() + "):");
      for (OtherShape other : otherShape) {
        lines.add(
            "  %s: %s in the file, %s in the model"
                .formatted(other.name(), other.inFile(), other.inModel()));
      }
    }
    return String.join("\n", lines);
  }

  private static void names(List<String> lines, String title, List<String> names) {
    if (!names.isEmpty()) {
      lines.add(title + " (" + names.size() + "):");
      shorten(names).forEach(line -> lines.add("  " + line));
    }
  }

  private static List<Long> list(long[] shape) {
    return Arrays.stream(shape).boxed().toList();
  }

  /**
   * One line for each name without a number and each run of blocks with equal names: {@code
   * blocks.0 … blocks.11.{norm1.weight, norm1.bias}}.
   */
  public static List<String> shorten(List<String> names) {
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
