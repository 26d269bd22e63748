package dev.mto.bench.study;

import java.util.List;
import java.util.Locale;

/**
 * How a cell's encoder is measured.
 *
 * @param recipe resolved YAML, empty for k-NN
 * @param epochs of pre-training after which is measured, rising; 0 for an untrained encoder
 */
record Measurement(Kind kind, String recipe, List<Integer> epochs) {
  /** A command of {@code evaluate}. */
  enum Kind {
    FINETUNE("fine-tuning"),
    LINEAR("linear probe"),
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
