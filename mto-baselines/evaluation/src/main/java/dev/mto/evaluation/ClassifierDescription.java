package dev.mto.evaluation;

import dev.mto.engine.errors.UserException;
import java.util.List;

/**
 * What a classifier on an encoder is, as {@code classifier.json} keeps it beside the weights.
 *
 * @param task {@value #FINE_TUNED}, {@value #LINEAR}, {@value #SOLVED} or {@value #ATTENTIVE}
 * @param classes names; the scores of an image are in their order
 * @param features what of the encoder it sees
 */
public record ClassifierDescription(
    String task, List<String> classes, ClassifiedFeatures features) {
  static final String FINE_TUNED = "finetune";
  static final String LINEAR = "linear";
  static final String SOLVED = "linear-cached";
  static final String ATTENTIVE = "attentive";

  /** Checks that there is something to tell apart. */
  public ClassifierDescription {
    if (task == null || features == null || classes == null || classes.size() < 2) {
      throw new UserException("task, features and at least two classes must be given");
    }
    if (!List.of(FINE_TUNED, LINEAR, SOLVED, ATTENTIVE).contains(task)) {
      throw new UserException("task is " + task + ", which this version does not know");
    }
    classes = List.copyOf(classes);
  }

  /** Whether the encoder was trained with the classifier. */
  public boolean fineTuned() {
    return task.equals(FINE_TUNED);
  }
}
