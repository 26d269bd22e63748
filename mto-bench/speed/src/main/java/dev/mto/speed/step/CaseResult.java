package dev.mto.speed.step;

import java.util.List;
import java.util.Map;

/**
 * What was measured of one case in one precision, with or without Masked Token Optimization.
 *
 * @param benchmark the case
 * @param mto whether MTO was on
 * @param gigaFlop arithmetic of a step, MTO's own not counted; NaN where not known
 * @param peak rate of the fastest matrix product of this precision in the same run, GFLOP/s
 * @param ours this project's steps
 * @param peers libtorch's steps
 * @param agreements with our step in float32, before timing
 * @param mtoOverhead our fastest step with MTO over the one without
 * @param float32 for bfloat16 what was measured in float32 in the same rounds; null for float32
 */
record CaseResult(
    BenchmarkCase benchmark,
    boolean mto,
    double gigaFlop,
    double peak,
    Measured ours,
    Map<Blas, Measured> peers,
    Agreement.Agreements agreements,
    double mtoOverhead,
    CaseResult float32) {
  CaseResult {
    peers = Map.copyOf(peers);
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
    return rate(measured) / peak;
  }

  /** Our fastest step over libtorch's in the same precision. */
  double ratio(Blas blas) {
    return over(peers.get(blas));
  }

  /** Our fastest step over another one. */
  double over(Measured other) {
    return ours.min() / other.min();
  }
}
