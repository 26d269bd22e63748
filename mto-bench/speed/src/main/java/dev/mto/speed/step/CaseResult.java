package dev.mto.speed.step;

import java.util.List;
import java.util.Map;

/**
 * What was measured of one case with or without Masked Token Optimization.
 *
 * @param benchmark the case
 * @param mto whether MTO was on
 * @param gigaFlop arithmetic of a step, MTO's own not counted; NaN where not known
 * @param sgemmPeak rate of the fastest matrix product in the same rounds, GFLOP/s
 * @param ours this project's steps
 * @param peers libtorch's steps
 * @param agreements with libtorch, before timing
 * @param mtoOverhead our fastest step with MTO over the one without
 */
record CaseResult(
    BenchmarkCase benchmark,
    boolean mto,
    double gigaFlop,
    double sgemmPeak,
    Measured ours,
    Map<Blas, Measured> peers,
    Map<Blas, Agreement> agreements,
    double mtoOverhead) {
  CaseResult {
    peers = Map.copyOf(peers);
    agreements = Map.copyOf(agreements);
  }

  /**
   * Steps of one contender.
   *
   * @param milliseconds of every timed step, at least one
   * @param peakMebibytes most resident memory; NaN where not known
   */
  record Measured(List<Double> milliseconds, double peakMebibytes) {
    Measured {
      if (milliseconds.isEmpty()) {
        throw new IllegalArgumentException("no step was timed: give --steps and --rounds above 0");
      }
      milliseconds = milliseconds.stream().sorted().toList();
    }

    /** Milliseconds of the fastest step. */
    double min() {
      return milliseconds.get(0);
    }

    /** Milliseconds of the middle step. */
    double median() {
      int middle = milliseconds.size() / 2;
      return milliseconds.size() % 2 == 1
          ? milliseconds.get(middle)
          : (milliseconds.get(middle - 1) + milliseconds.get(middle)) / 2;
    }
  }

  /** Images a second at the fastest step. */
  double imagesPerSecond(Measured measured) {
    return benchmark.batch() * 1e3 / measured.min();
  }

  /** GFLOP/s at the fastest step. */
  double rate(Measured measured) {
    return gigaFlop * 1e3 / measured.min();
  }

  /** Share of the machine's matrix product rate at the fastest step. */
  double peakShare(Measured measured) {
    return rate(measured) / sgemmPeak;
  }

  /** Our fastest step over libtorch's. */
  double ratio(Blas blas) {
    return ours.min() / peers.get(blas).min();
  }
}
