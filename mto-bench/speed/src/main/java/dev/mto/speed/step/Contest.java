package dev.mto.speed.step;

import java.util.ArrayList;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The contenders of one case, all alive, of which one works at a time: in every round each makes
 * its steps without MTO, then each with it, then the machine's matrix product is measured.
 */
final class Contest implements AutoCloseable {
  private static final int PRODUCTS = 10;

  private final List<ChildProcess> started = new ArrayList<>();
  private final Map<Boolean, ChildProcess> ours = new LinkedHashMap<>();
  private final Map<Blas, ChildProcess> peers = new EnumMap<>(Blas.class);
  private final ChildProcess sgemm;
  private final Map<Boolean, List<Double>> ourTimes = new LinkedHashMap<>();
  private final Map<PeerVariant, List<Double>> peerTimes = new LinkedHashMap<>();
  private final Map<PeerVariant, Double> peerMemory = new LinkedHashMap<>();
  private double sgemmPeak;

  /**
   * Starts all.
   *
   * @param libraries of libtorch, and how its threads wait
   */
  Contest(Children children, Map<Blas, Waiting> libraries, CaseFiles files) {
    try {
      for (boolean mto : List.of(false, true)) {
        ours.put(mto, started(children.ours(files.config(mto))));
        ourTimes.put(mto, new ArrayList<>());
      }
      libraries.forEach(
          (library, waiting) -> {
            peers.put(
                library,
                started(children.peer(library, waiting, files.peerCase(), files.inputs())));
            PeerVariant.both(library).forEach(variant -> peerTimes.put(variant, new ArrayList<>()));
          });
      sgemm = started(children.sgemm());
    } catch (RuntimeException e) {
      close();
      throw e;
    }
  }

  private ChildProcess started(ChildProcess process) {
    started.add(process);
    return process;
  }

  /** Arithmetic of a step in GFLOP, MTO's own not counted; NaN where not known. */
  double gigaFlop() {
    return ours.get(false).greeting().get("gflop").asDouble(Double.NaN);
  }

  /** Makes {@code steps} steps of each. */
  void round(int steps) {
    for (boolean mto : List.of(false, true)) {
      ourTimes.get(mto).addAll(ours.get(mto).steps(steps));
      for (Map.Entry<Blas, ChildProcess> peer : peers.entrySet()) {
        PeerVariant variant = new PeerVariant(peer.getKey(), mto);
        peer.getValue().ask(variant.command());
        peerTimes.get(variant).addAll(peer.getValue().steps(steps));
        if (mto || !peerMemory.containsKey(variant)) { // before MTO ran in it for the first time
          peerMemory.put(variant, peer.getValue().peakMebibytes());
        }
      }
    }
    double rate = sgemm.ask("sgemm " + PRODUCTS).get("gflops").asDouble();
    sgemmPeak = Math.max(sgemmPeak, rate);
  }

  /** Rate of the fastest matrix product so far, GFLOP/s. */
  double sgemmPeak() {
    return sgemmPeak;
  }

  /** Our steps so far. */
  Measured ours(boolean mto) {
    return new Measured(ourTimes.get(mto), ours.get(mto).peakMebibytes());
  }

  /** libtorch's steps so far. */
  Map<Blas, Measured> peers(boolean mto) {
    Map<Blas, Measured> measured = new EnumMap<>(Blas.class);
    peerTimes.forEach(
        (variant, times) -> {
          if (variant.mto() == mto) {
            measured.put(variant.blas(), new Measured(times, peerMemory.get(variant)));
          }
        });
    return measured;
  }

  @Override
  public void close() {
    started.forEach(ChildProcess::close);
  }
}
