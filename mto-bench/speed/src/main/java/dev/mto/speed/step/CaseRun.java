package dev.mto.speed.step;

import java.io.IOException;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/** Measures one case: first whether libtorch does the same work, then all contenders in turn. */
final class CaseRun {
  private final Children children;
  private final List<Blas> libraries;
  private final int rounds;
  private final int steps;
  private final Consumer<String> progress;

  /**
   * How cases are measured.
   *
   * @param libraries of libtorch to measure; none for this project's step alone
   * @param steps timed steps of each contender in a round
   * @param progress receives what is being done
   */
  CaseRun(
      Children children, List<Blas> libraries, int rounds, int steps, Consumer<String> progress) {
    this.children = children;
    this.libraries = List.copyOf(libraries);
    this.rounds = rounds;
    this.steps = steps;
    this.progress = progress;
  }

  /**
   * Checks and times.
   *
   * @return the result without MTO, then the one with it
   * @throws BenchmarkFailure when libtorch's loss or gradients differ, or a process fails
   */
  List<CaseResult> measure(BenchmarkCase benchmark, CaseFiles files) throws IOException {
    files.writeConfigurations(benchmark);
    Map<PeerVariant, Agreement> agreements = Map.of();
    Map<Blas, Waiting> peers = Map.of();
    if (!libraries.isEmpty()) {
      progress.accept(benchmark.name() + ": comparing loss and gradients with libtorch's");
      agreements = new AgreementCheck(benchmark, children, files).run(libraries);
      peers = new PeerTuning(children, files, progress).fastest(libraries);
    }
    try (Contest contest = new Contest(children, peers, files)) {
      for (int round = 1; round <= rounds; round++) {
        progress.accept(benchmark.name() + ": round " + round + " of " + rounds);
        contest.round(steps);
      }
      return List.of(
          result(benchmark, false, contest, agreements),
          result(benchmark, true, contest, agreements));
    }
  }

  private static CaseResult result(
      BenchmarkCase benchmark,
      boolean mto,
      Contest contest,
      Map<PeerVariant, Agreement> agreements) {
    Map<Blas, Agreement> ofThese = new EnumMap<>(Blas.class);
    agreements.forEach(
        (variant, agreement) -> {
          if (variant.mto() == mto) {
            ofThese.put(variant.blas(), agreement);
          }
        });
    return new CaseResult(
        benchmark,
        mto,
        contest.gigaFlop(),
        contest.sgemmPeak(),
        contest.ours(mto),
        contest.peers(mto),
        ofThese,
        contest.ours(true).min() / contest.ours(false).min());
  }
}
