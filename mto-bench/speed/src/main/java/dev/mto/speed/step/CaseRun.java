package dev.mto.speed.step;

import com.fasterxml.jackson.databind.JsonNode;
import dev.mto.speed.step.Agreement.Agreements;
import dev.mto.speed.step.CaseResult.Measured;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Consumer;

/**
 * Measures one case: first whether all do the same work, then all contenders in turn, in float32
 * and where asked for in bfloat16. These are alive all the time, and one works at a time: in every
 * round each makes its steps without MTO, then each with it, then the machine's matrix product is
 * measured in each precision.
 *
 * @param libraries of libtorch to measure; none for this project's step alone
 * @param steps timed steps of each contender in a round
 * @param progress receives what is being done
 */
record CaseRun(
    Children children, List<Blas> libraries, int rounds, int steps, Consumer<String> progress) {
  private static final int PRODUCTS = 10;

  /**
   * How much faster libtorch's products in bfloat16 must be than in float32 to count as its best.
   */
  private static final double NARROW_GAIN = 1.5;

  /** A process, which makes steps with MTO or without; {@code blas} is null for this project's. */
  private static final class Contender {
    private final ChildProcess process;
    private final BenchmarkCase benchmark;
    private final Blas blas;
    private final boolean mto;
    private final List<Double> times = new ArrayList<>();
    private double peakMebibytes;

    Contender(ChildProcess process, BenchmarkCase benchmark, Blas blas, boolean mto) {
      this.process = process;
      this.benchmark = benchmark;
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
   * @param benchmarks the case in float32, and in bfloat16 where that is asked for
   * @return of each precision the result without MTO, then the one with it
   * @throws BenchmarkFailure when a loss or gradients differ, libtorch's products in bfloat16 are
   *     not faster, or a process fails
   */
  List<CaseResult> measure(List<BenchmarkCase> benchmarks) throws IOException {
    Map<BenchmarkCase, Map<Boolean, Agreements>> agreements = new HashMap<>();
    Map<BenchmarkCase, Double> peaks = new HashMap<>();
    Map<BenchmarkCase, Map<Blas, PeerSettings>> settings = new HashMap<>();
    for (BenchmarkCase benchmark : benchmarks) {
      agreements.put(benchmark, agreements(benchmark, benchmarks.get(0)));
      Map<Blas, PeerSettings> ofThese = new EnumMap<>(Blas.class);
      double peak = 0;
      for (Blas library : libraries) {
        PeerSettings fastest =
            PeerSettings.fastest(library, benchmark, children, Machine.hasAvx512(), progress);
        ofThese.put(library, fastest);
        if (benchmark.narrow()) {
          peak = Math.max(peak, narrowProducts(library, fastest, benchmark));
        }
      }
      settings.put(benchmark, ofThese);
      peaks.put(benchmark, peak);
    }
    List<ChildProcess> started = new ArrayList<>();
    try {
      List<Contender> contenders = new ArrayList<>();
      for (BenchmarkCase benchmark : benchmarks) {
        contenders.addAll(contenders(benchmark, settings.get(benchmark), started));
      }
      contenders.sort(Comparator.comparing(contender -> contender.mto));
      ChildProcess products = children.products();
      started.add(products);
      for (int round = 1; round <= rounds; round++) {
        progress.accept(benchmarks.get(0).name() + ": round " + round + " of " + rounds);
        contenders.forEach(contender -> contender.round(steps));
        for (BenchmarkCase benchmark : benchmarks) {
          String product = benchmark.precision() + " " + PRODUCTS;
          peaks.merge(benchmark, products.ask(product).get("gflops").asDouble(), Math::max);
        }
      }
      List<CaseResult> results = new ArrayList<>();
      for (BenchmarkCase benchmark : benchmarks) {
        results.addAll(
            results(
                contenders.stream().filter(each -> each.benchmark.equals(benchmark)).toList(),
                peaks.get(benchmark),
                agreements.get(benchmark),
                List.copyOf(results)));
      }
      return results;
    } finally {
      started.forEach(ChildProcess::close);
    }
  }

  private Map<Boolean, Agreements> agreements(BenchmarkCase benchmark, BenchmarkCase float32)
      throws IOException {
    if (libraries.isEmpty() && !benchmark.narrow()) {
      return Map.of(false, Agreements.NONE, true, Agreements.NONE);
    }
    progress.accept(
        benchmark.title(benchmark.name()) + ": comparing loss and gradients with those of others");
    return Agreement.check(benchmark, float32, children, libraries);
  }

  /** GFLOP/s of libtorch's products in bfloat16, in a process that ends. */
  private double narrowProducts(Blas library, PeerSettings settings, BenchmarkCase benchmark) {
    try (ChildProcess peer = children.peer(library, settings, benchmark)) {
      JsonNode answer = peer.ask("products " + PRODUCTS);
      double wide = answer.get("float32_gflops").asDouble();
      double narrow = answer.get("bfloat16_gflops").asDouble();
      String rates =
          String.format(
              Locale.ROOT,
              "%s multiplies matrices of bfloat16 at %.0f GFLOP/s, of float32 at %.0f",
              library.title(),
              narrow,
              wide);
      if (!(narrow >= NARROW_GAIN * wide)) {
        throw new BenchmarkFailure(
            rates + ": that is not its best, nothing was timed; leave --precision bfloat16 out");
      }
      progress.accept(rates);
      return narrow;
    }
  }

  private List<Contender> contenders(
      BenchmarkCase benchmark, Map<Blas, PeerSettings> settings, List<ChildProcess> started) {
    List<Contender> contenders = new ArrayList<>();
    for (boolean mto : List.of(false, true)) {
      started.add(children.ours(benchmark, mto));
      contenders.add(new Contender(started.get(started.size() - 1), benchmark, null, mto));
    }
    settings.forEach(
        (blas, how) -> {
          ChildProcess peer = children.peer(blas, how, benchmark);
          started.add(peer);
          contenders.add(new Contender(peer, benchmark, blas, false));
          contenders.add(new Contender(peer, benchmark, blas, true));
        });
    return contenders;
  }

  /** The results of one precision; {@code float32} are those of the other, if there is one. */
  private static List<CaseResult> results(
      List<Contender> contenders,
      double peak,
      Map<Boolean, Agreements> agreements,
      List<CaseResult> float32) {
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
              own.benchmark,
              own.mto,
              gigaFlop,
              peak,
              own.measured(),
              peers,
              agreements.get(own.mto),
              with / without,
              float32.stream().filter(result -> result.mto() == own.mto).findFirst().orElse(null)));
    }
    return results;
  }
}
