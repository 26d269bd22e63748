package dev.mto.engine.optimizer;

import dev.mto.engine.config.TrainingConfig;

/** The learning rate of an optimizer step, a pure function of its index. */
@FunctionalInterface
public interface LearningRate {
  /** The learning rate of step {@code step}, counted from 0. */
  double at(long step);

  /**
   * The learning rate of parameters whose base rate is {@code scale} times the others'. Most
   * schedules are scaled as a whole.
   */
  default double at(long step, double scale) {
    return scale * at(step);
  }

  /**
   * The schedule that {@code config} asks for.
   *
   * @param stepsPerEpoch optimizer steps in an epoch
   */
  static LearningRate of(TrainingConfig config, long stepsPerEpoch) {
    double factor = config.lrFactor();
    double base = config.baseLr() * factor;
    double warmup = config.warmupLr() * factor;
    long warmupSteps = Math.round(config.warmupEpochs() * stepsPerEpoch);
    return switch (config.schedule()) {
      case COSINE ->
          cosine(base, warmup, config.minLr(), warmupSteps, config.epochs() * stepsPerEpoch);
      case COSINE_LINSPACE ->
          cosineLinspace(
              base, warmup, config.minLr(), warmupSteps, config.epochs() * stepsPerEpoch);
      case COSINE_TIMM ->
          new TimmCosine(
              base, warmup, config.minLr(), warmupSteps, config.epochs() * stepsPerEpoch);
      case MULTISTEP ->
          multiStep(
              base,
              warmup,
              warmupSteps,
              config.milestones().stream().mapToLong(e -> Math.round(e * stepsPerEpoch)).toArray(),
              config.gamma());
    };
  }

  /** Linear from {@code warmup} to {@code base} in {@code warmupSteps}, then half a cosine. */
  static LearningRate cosine(
      double base, double warmup, double least, long warmupSteps, long steps) {
    return step -> {
      if (step < warmupSteps) {
        return warmup + (base - warmup) * step / warmupSteps;
      }
      double progress = (double) (step - warmupSteps) / Math.max(1, steps - warmupSteps);
      return least + (base - least) * 0.5 * (1 + Math.cos(Math.PI * Math.min(1, progress)));
    };
  }

  /**
   * As {@link #cosine}, but the last step of the warm-up has {@code base} already, and the cosine
   * starts from it again: the schedule of BEiT, BootMAE and ConMIM.
   */
  static LearningRate cosineLinspace(
      double base, double warmup, double least, long warmupSteps, long steps) {
    LearningRate afterwards = cosine(base, warmup, least, warmupSteps, steps);
    return step ->
        step < warmupSteps
            ? warmup + (base - warmup) * step / Math.max(1, warmupSteps - 1)
            : afterwards.at(step);
  }

  /**
   * Linear from {@code warmup} to {@code base} in {@code warmupSteps}, then constant, times {@code
   * gamma} after each milestone. As in the official SimMIM, whose scheduler is stepped after the
   * optimizer with the index of the iteration just done, steps 0 and 1 share the first value.
   */
  static LearningRate multiStep(
      double base, double warmup, long warmupSteps, long[] milestones, double gamma) {
    return step -> {
      long t = Math.max(0, step - 1);
      if (t < warmupSteps) {
        return warmup + (base - warmup) * t / warmupSteps;
      }
      double rate = base;
      for (long milestone : milestones) {
        if (t >= milestone) {
          rate *= gamma;
        }
      }
      return rate;
    };
  }
}
