package dev.mto.evaluation.predict;

import dev.mto.engine.errors.UserException;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;

/**
 * What a classifier says of an image.
 *
 * @param path of the image
 * @param top the most likely classes, most likely first; at least one
 * @param label the class of the folder that the image lies in; null where it lies in none
 */
public record Prediction(String path, List<RankedClass> top, String label) {
  /** Copies the list. */
  public Prediction {
    if (top.isEmpty()) {
      throw new UserException("--top must be at least 1");
    }
    top = List.copyOf(top);
  }

  /**
   * By the probabilities of all classes.
   *
   * @param most how many classes are kept
   */
  static Prediction of(
      String path, List<String> classes, float[] probabilities, int most, String label) {
    List<RankedClass> top =
        IntStream.range(0, probabilities.length)
            .boxed()
            .sorted(Comparator.comparingDouble(k -> -probabilities[k]))
            .limit(most)
            .map(k -> new RankedClass(classes.get(k), probabilities[k]))
            .toList();
    return new Prediction(path, top, label);
  }
}
