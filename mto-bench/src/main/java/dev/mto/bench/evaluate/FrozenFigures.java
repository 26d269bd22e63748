package dev.mto.bench.evaluate;

import dev.mto.engine.encoder.Scores;
import dev.mto.evaluation.FrozenEvaluation;
import dev.mto.evaluation.curve.SeedSummary;
import dev.mto.evaluation.linear.LinearFit;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** Figures of frozen features, as they are printed and as {@code --json} holds them. */
final class FrozenFigures {
  private final FrozenEvaluation evaluation;
  private final Map<String, Object> figures = new LinkedHashMap<>();
  private Scores scores;

  FrozenFigures(String task, FrozenEvaluation evaluation) {
    this.evaluation = evaluation;
    figures.put("task", task);
    figures.put("model", evaluation.model().name());
    figures.put("feature", evaluation.kind().describe());
  }

  void put(String name, Object value) {
    figures.put(name, value);
  }

  void model(Scores of) {
    scores = of;
    print(evaluation.model().name() + ", " + evaluation.kind().describe(), of);
    figures.put("images", of.images());
    figures.put("top1", of.top1());
    figures.put("top5", of.top5());
  }

  /** How the linear classifier of the model was fitted. */
  void linearFit(LinearFit fit) {
    System.out.println("  " + fit.describe());
    figures.put("c", fit.c());
    figures.put("held_out_top1", fit.heldOutTop1());
    figures.put("objective", fit.objective());
    figures.put("gradient_norm", fit.gradientNorm());
    figures.put("iterations", fit.iterations());
    figures.put("training_top1", fit.trainingTop1());
  }

  void untrained(List<Scores> twins) {
    if (!twins.isEmpty()) {
      System.out.println(
          "  untrained encoders: top-1 "
              + SeedSummary.of(twins.stream().mapToDouble(Scores::top1).toArray()).percent());
    }
    figures.put("untrained_top1", twins.stream().map(Scores::top1).toList());
  }

  void pixels(Scores pixels) {
    print("raw pixels", pixels);
    figures.put("pixels_top1", pixels.top1());
  }

  private static void print(String what, Scores scores) {
    System.out.printf(
        Locale.ROOT,
        "  %s: top-1 %.2f %%, top-5 %.2f %%%n",
        what,
        100 * scores.top1(),
        100 * scores.top5());
  }

  /** All of them so far, the confusion matrix last. */
  Map<String, Object> all() {
    Map<String, Object> all = new LinkedHashMap<>(figures);
    all.put("confusion", scores.confusion());
    return all;
  }
}
