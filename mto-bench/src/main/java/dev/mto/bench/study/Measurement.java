package dev.mto.bench.study;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.util.List;
import java.util.Locale;

/**
 * How a cell's encoder is measured.
 *
 * @param block of the encoder whose patch tokens are taken, from 1; null for the encoder's
 *     features, and where the recipe says it
 * @param recipe resolved YAML, empty for k-NN and for logistic regression on cached features
 * @param epochs of pre-training after which is measured, rising; 0 for an untrained encoder
 */
record Measurement(
    Kind kind,
    @JsonInclude(JsonInclude.Include.NON_NULL) Integer block,
    String recipe,
    List<Integer> epochs) {
  /** Why figures of {@link #withdrawn} ones are not shown. */
  static final String REASON =
      "Linear figures of the cells are withdrawn: their probe was trained by LARS for so few steps"
          + " that its weights could not grow to where the loss is least. A study without a recipe"
          + " for it solves logistic regression on cached features instead.";

  /** Whether it is the linear probe by a recipe, which the studies' few images do not train. */
  boolean withdrawn() {
    return kind == Kind.LINEAR && !recipe.isEmpty();
  }

  /** A command of {@code evaluate}. */
  enum Kind {
    FINETUNE("fine-tuning"),
    LINEAR("linear probe"),
    ATTENTIVE("attentive probe"),
    KNN("k-NN");

    private final String title;

    Kind(String title) {
      this.title = title;
    }

    /** The command's name. */
    String command() {
      return name().toLowerCase(Locale.ROOT);
    }

    /** For people. */
    String title() {
      return title;
    }
  }
}
