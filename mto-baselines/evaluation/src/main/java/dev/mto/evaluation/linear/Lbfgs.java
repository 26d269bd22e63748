package dev.mto.evaluation.linear;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Iterator;
import java.util.function.UnaryOperator;

/**
 * Minimises a smooth convex function by L-BFGS (Liu and Nocedal, On the limited memory BFGS method,
 * 1989), with steps that are halved until the value falls enough (Armijo).
 *
 * @param tolerance Euclidean norm of the gradient at which it is done
 * @param mostIterations after which it gives up
 * @param inverse about the inverse Hessian times a vector, but for a factor
 */
record Lbfgs(double tolerance, int mostIterations, UnaryOperator<double[]> inverse) {
  private static final int MEMORY = 20;
  private static final int MOST_HALVINGS = 60;
  private static final double ENOUGH = 1e-4;

  /** What rounding may add to a value, as a share of it. */
  private static final double ROUNDING = 1e-14;

  /** Where it ended. */
  static final class Minimum {
    private final double[] point;
    private final double value;
    private final double gradientNorm;
    private final int iterations;

    private Minimum(double[] point, double value, double gradientNorm, int iterations) {
      this.point = point;
      this.value = value;
      this.gradientNorm = gradientNorm;
      this.iterations = iterations;
    }

    double[] point() {
      return point.clone();
    }

    double value() {
      return value;
    }

    /** Euclidean; above the tolerance where it gave up. */
    double gradientNorm() {
      return gradientNorm;
    }

    int iterations() {
      return iterations;
    }
  }

  /** A past step and the change of the gradient along it. */
  private static final class Pair {
    private final double[] step;
    private final double[] change;
    private final double product;

    private Pair(double[] step, double[] change) {
      this.step = step;
      this.change = change;
      this.product = dot(step, change);
    }
  }

  /** Minimises from {@code start}, which is not changed. */
  Minimum minimise(Objective objective, double... start) {
    Deque<Pair> pairs = new ArrayDeque<>();
    double[] point = start.clone();
    double[] gradient = new double[point.length];
    double value = objective.at(point, gradient);
    int iteration = 0;
    while (norm(gradient) > tolerance && iteration < mostIterations) {
      double[] direction = direction(gradient, pairs);
      double slope = dot(gradient, direction);
      double length = 1;
      double[] next = new double[point.length];
      double[] nextGradient = new double[point.length];
      double nextValue = Double.NaN;
      for (int halving = 0; halving <= MOST_HALVINGS; halving++, length /= 2) {
        for (int i = 0; i < next.length; i++) {
          next[i] = point[i] + length * direction[i];
        }
        nextValue = objective.at(next, nextGradient);
        if (nextValue <= value + ENOUGH * length * slope + ROUNDING * Math.abs(value)) {
          break;
        }
      }
      remember(pairs, difference(next, point), difference(nextGradient, gradient));
      point = next;
      gradient = nextGradient;
      value = nextValue;
      iteration++;
    }
    return new Minimum(point, value, norm(gradient), iteration);
  }

  private static void remember(Deque<Pair> pairs, double[] step, double[] change) {
    Pair pair = new Pair(step, change);
    if (pair.product > 0) {
      pairs.addLast(pair);
      if (pairs.size() > MEMORY) {
        pairs.removeFirst();
      }
    }
  }

  /** Minus the gradient times the approximate inverse Hessian, by the two-loop recursion. */
  private double[] direction(double[] gradient, Deque<Pair> pairs) {
    double[] direction = gradient.clone();
    Deque<Double> shares = new ArrayDeque<>();
    for (Iterator<Pair> newest = pairs.descendingIterator(); newest.hasNext(); ) {
      Pair pair = newest.next();
      double share = dot(pair.step, direction) / pair.product;
      add(direction, -share, pair.change);
      shares.addFirst(share);
    }
    double scale = 1;
    if (!pairs.isEmpty()) {
      Pair newest = pairs.getLast();
      scale = newest.product / dot(newest.change, inverse.apply(newest.change));
    }
    direction = inverse.apply(direction);
    for (int i = 0; i < direction.length; i++) {
      direction[i] *= -scale;
    }
    for (Pair pair : pairs) {
      double share = dot(pair.change, direction) / pair.product;
      add(direction, -shares.removeFirst() - share, pair.step);
    }
    return direction;
  }

  private static void add(double[] to, double factor, double... vector) {
    for (int i = 0; i < to.length; i++) {
      to[i] += factor * vector[i];
    }
  }

  private static double[] difference(double[] of, double... minus) {
    double[] difference = of.clone();
    add(difference, -1, minus);
    return difference;
  }

  private static double norm(double... vector) {
    return Math.sqrt(dot(vector, vector));
  }

  private static double dot(double[] a, double[] b) {
    double sum = 0;
    for (int i = 0; i < a.length; i++) {
      sum += a[i] * b[i];
    }
    return sum;
  }
}
