package dev.mto.engine.report;

import dev.mto.engine.folder.Durations;
import dev.mto.engine.pictures.Numbers;
import java.util.Locale;

/**
 * How far a run has come.
 *
 * @param metrics what it has logged
 * @param epochs how many are asked for; 0 where it is not known
 * @param imagesPerStep images of an optimizer step; 0 where it is not known
 */
record Progress(RunMetrics metrics, int epochs, long imagesPerStep) {
  static Progress of(RunMetrics metrics, RunFacts facts) {
    return new Progress(metrics, facts.epochs(), facts.imagesPerStep());
  }

  /** Whether all epochs are done. */
  boolean done() {
    return epochs > 0 && metrics.epochs() >= epochs;
  }

  /** The share of epochs that are done; 0 where it is not known. */
  double share() {
    return epochs > 0 && metrics.epochs() > 0 ? Math.min(1, metrics.epochs() / epochs) : 0;
  }

  /** Where it stands, in words: epoch and step. */
  String position() {
    if (metrics.step() == 0) {
      return "no step yet";
    }
    if (Double.isNaN(metrics.epochs())) {
      return "step " + Numbers.count(metrics.step());
    }
    String epoch = epoch();
    String steps = Numbers.count(metrics.step());
    return epochs > 0
        ? "epoch %s of %d, step %s of %s"
            .formatted(
                epoch, epochs, steps, Numbers.count(Math.round(metrics.stepsPerEpoch() * epochs)))
        : "epoch %s, step %s".formatted(epoch, steps);
  }

  /** Epochs done, with one decimal, rounded down, where one is begun. */
  String epoch() {
    double done = metrics.epochs();
    return Double.isNaN(done)
        ? ""
        : done == Math.rint(done)
            ? Numbers.count((long) done)
            : String.format(Locale.ROOT, "%.1f", Math.floor(10 * done) / 10);
  }

  /** Time that the steps left take at the present speed; empty where it cannot be told. */
  String left() {
    double speed = metrics.curve(RunMetrics.SPEED).recent();
    double steps = metrics.stepsPerEpoch() * epochs - metrics.step();
    double seconds = steps * imagesPerStep / speed;
    return imagesPerStep > 0 && seconds >= 0 && Double.isFinite(seconds) && epochs > 0
        ? Durations.of(seconds)
        : "";
  }
}
