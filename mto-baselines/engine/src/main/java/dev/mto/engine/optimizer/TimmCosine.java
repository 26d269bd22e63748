package dev.mto.engine.optimizer;

/**
 * The cosine of timm 0.4.12's CosineLRScheduler as SimMIM fine-tunes with it (lr_scheduler.py,
 * optimizer.py, main_finetune.py). It differs from {@link LearningRate#cosine} in three ways:
 *
 * <ul>
 *   <li>the cosine runs over all steps and the warm-up replaces its first part, so that the rate
 *       falls when the warm-up ends;
 *   <li>layer-wise decay scales {@code base} alone: all layers warm up from {@code warmup} and end
 *       at {@code least};
 *   <li>it is stepped after the optimizer with the index of the iteration just done, so steps 0 and
 *       1 share the first value.
 * </ul>
 *
 * @param base rate from which the cosine falls, of a parameter of scale 1
 * @param warmup first rate
 * @param least rate after the last step
 */
public record TimmCosine(double base, double warmup, double least, long warmupSteps, long steps)
    implements LearningRate {
  @Override
  public double at(long step) {
    return at(step, 1);
  }

  @Override
  public double at(long step, double scale) {
    long t = Math.max(0, step - 1);
    double own = base * scale;
    if (t < warmupSteps) {
      return warmup + (own - warmup) * t / warmupSteps;
    }
    return t < steps ? least + 0.5 * (own - least) * (1 + Math.cos(Math.PI * t / steps)) : least;
  }
}
