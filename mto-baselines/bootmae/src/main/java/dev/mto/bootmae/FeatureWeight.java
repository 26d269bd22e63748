package dev.mto.bootmae;

/**
 * The weight of the feature loss: it rises linearly over the first quarter of a run.
 *
 * @param full the weight after the ramp
 */
record FeatureWeight(double full) {
  private static final double PARTS = 4;

  /** The weight in {@code epoch}, from 0, of a run of {@code epochs}. */
  double at(int epoch, int epochs) {
    return Math.min(PARTS * (1 + epoch) / epochs, 1) * full;
  }
}
