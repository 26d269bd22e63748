package dev.mto.evaluation.linear;

/** A smooth convex function of many variables. */
@FunctionalInterface
interface Objective {
  /**
   * The value at a point.
   *
   * @param point not changed
   * @param gradient receives the gradient there
   */
  double at(double[] point, double[] gradient);
}
