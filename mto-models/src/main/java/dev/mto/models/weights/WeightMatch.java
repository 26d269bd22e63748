package dev.mto.models.weights;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * The tensors of a file beside those of a model, as {@code load_state_dict} of PyTorch compares
 * them: by name and shape.
 *
 * @param matched in both with one shape, in the model's order
 * @param missing in the model only, in its order
 * @param unexpected in the file only, in its order
 * @param otherShape in both with different shapes, in the model's order
 */
public record WeightMatch(
    List<String> matched,
    List<String> missing,
    List<String> unexpected,
    List<OtherShape> otherShape) {

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
    matched = List.copyOf(matched);
    missing = List.copyOf(missing);
    unexpected = List.copyOf(unexpected);
    otherShape = List.copyOf(otherShape);
  }

  /**
   * Compares.
   *
   * @param file its tensors by name
   * @param model the shapes it expects by name
   */
  public static WeightMatch of(Map<String, INDArray> file, Map<String, long[]> model) {
    List<String> matched = new ArrayList<>();
    List<String> missing = new ArrayList<>();
    List<OtherShape> otherShape = new ArrayList<>();
    model.forEach(
        (name, shape) -> {
          INDArray tensor = file.get(name);
          if (tensor == null) {
            missing.add(name);
          } else if (Arrays.equals(tensor.shape(), shape)) {
            matched.add(name);
          } else {
            otherShape.add(new OtherShape(name, list(tensor.shape()), list(shape)));
          }
        });
    List<String> unexpected =
        file.keySet().stream().filter(name -> !model.containsKey(name)).toList();
    return new WeightMatch(matched, missing, unexpected, otherShape);
  }

  /** Whether the file gives the model every tensor in its shape; it may hold more. */
  public boolean complete() {
    return missing.isEmpty() && otherShape.isEmpty();
  }

  /** The four lists in a few lines, runs of blocks shortened. */
  public String report() {
    List<String> lines = new ArrayList<>();
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
      NameRuns.shorten(names).forEach(line -> lines.add("  " + line));
    }
  }

  private static List<Long> list(long[] shape) {
    return Arrays.stream(shape).boxed().toList();
  }
}
