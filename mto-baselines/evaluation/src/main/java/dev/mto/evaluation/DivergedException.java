package dev.mto.evaluation;

import dev.mto.engine.errors.DivergedTraining;
import java.util.Locale;

/** A loss or gradient of a classifier was not finite; its parameters are untouched. */
public final class DivergedException extends DivergedTraining {
  private static final long serialVersionUID = 1L;

  DivergedException(long step, double loss, double gradientNorm, double learningRate) {
    super(
        String.format(
            Locale.ROOT,
            "step %d: loss %s and gradient norm %s at learning rate %.3g. The weights were not"
                + " touched and the last checkpoint is good. Try a lower base_lr, clip: 1.0 or a"
                + " longer warm-up",
            step,
            loss,
            gradientNorm,
            learningRate));
  }
}
