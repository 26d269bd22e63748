package dev.mto.speed.step;

import dev.mto.speed.step.CaseResult.Measured;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/**
 * Measures one case: first whether libtorch does the same work, then all contenders in turn. These
 * are alive all the time, and one works at a time: in every round each makes its steps without MTO,
 * then each with it, then the machine's matrix product is measured.
 *
 * @param libraries of libtorch to measure; none for this project's step alone
 * @param steps timed steps of each contender in a round
 * @param progress receives what is being done
 */
record CaseRun(
    Children children, List<Blas> libraries, int rounds, int steps, Consumer<String> progress) {
  private static final int PRODUCTS = 10;

  /** A process, which makes steps with MTO or without; {@code blas} is null for this project's. */
  private static final class Contender {
    private final ChildProcess process;
    private final Blas blas;
    private final boolean mto;
    private final List<Double> times = new ArrayList<>();
    private double peakMebibytes;

    Contender(ChildProcess process, Blas blas, boolean mto) {
      this.process = process;
      this.blas = blas;
      this.mto = mto;
    }

    void round(int steps) {
      if (blas != null) {
        process.switchMto(mto);
      }
      boolean first = times.isEmpty();
      times.addAll(process.steps(steps));
      if (mto || first || blas == null) { // before MTO ran in it for the first time
        peakMebibytes = process.peakMebibytes();
      }
    }

    Measured measured() {
      return new Measured(times, peakMebibytes);
    }
  }

  /**
   * Checks and times.
   *
   * @return the result without MTO, then the one with it
   * @throws BenchmarkFailure when libtorch's loss or gradients differ, or a process fails
   */
  List<CaseResult> measure(BenchmarkCase benchmark) throws IOException {
    Map<Boolean, Map<Blas, Agreement>> agreements = Map.of(false, Map.of(), true, Map.of());
    Map<Blas, Waiting> waiting = new EnumMap<>(Blas.class);
    if (!libraries.isEmpty()) {
      progress.accept(benchmark.name() + ": comparing loss and gradients with libtorch's");
      agreements = Agreement.check(benchmark, children, libraries);
      for (Blas library : libraries) {
        waiting.put(library, Waiting.fastest(library, benchmark, children, progress));
      }
    }
    List<ChildProcess> started = new ArrayList<>();
    try {
      List<Contender> contenders = contenders(benchmark, waiting, started);
      ChildProcess sgemm = children.sgemm();
      started.add(sgemm);
      double sgemmPeak = 0;
      for (int round = 1; round <= rounds; round++) {
        progress.accept(benchmark.name() + ": round " + round + " of " + rounds);
        contenders.forEach(contender -> contender.round(steps));
        double rate = sgemm.ask("sgemm " + PRODUCTS).get("gflops").asDouble();
        sgemmPeak = Math.max(sgemmPeak, rate);
      }
      return results(benchmark, contenders, sgemmPeak, agreements);
    } finally {
      started.forEach(ChildProcess::close);
    }
  }

  private List<Contender> contenders(
      BenchmarkCase benchmark, Map<Blas, Waiting> waiting, List<ChildProcess> started) {
    List<Contender> contenders = new ArrayList<>();
    for (boolean mto : List.of(false, true)) {
      started.add(children.ours(benchmark, mto));
      contenders.add(new Contender(started.get(started.size() - 1), null, mto));
    }
    waiting.forEach(
        (blas, how) -> {
          ChildProcess peer = children.peer(blas, how, benchmark);
          started.add(peer);
          contenders.add(new Contender(peer, blas, false));
          contenders.add(new Contender(peer, blas, true));
        });
    contenders.sort(Comparator.comparing(contender -> contender.mto));
    return contenders;
  }

  private static List<CaseResult> results(
      BenchmarkCase benchmark,
      List<Contender> contenders,
      double sgemmPeak,
      Map<Boolean, Map<Blas, Agreement>> agreements) {
    List<Contender> ours = contenders.stream().filter(each -> each.blas == null).toList();
    double without = ours.get(0).measured().min();
    double with = ours.get(1).measured().min();
    double gigaFlop = ours.get(0).process.ask("arithmetic").get("gflop").asDouble(Double.NaN);
    List<CaseResult> results = new ArrayList<>();
    for (Contender own : ours) {
      Map<Blas, Measured> peers = new EnumMap<>(Blas.class);
      contenders.stream()
          .filter(each -> each.blas != null && each.mto == own.mto)
          .forEach(each -> peers.put(each.blas, each.measured()));
      results.add(
          new CaseResult(
              benchmark,
              own.mto,
              gigaFlop,
              sgemmPeak,
              own.measured(),
              peers,
              agreements.get(own.mto),
              with / without));
    }
    return results;
  }
}
