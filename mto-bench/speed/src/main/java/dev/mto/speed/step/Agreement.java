package dev.mto.speed.step;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * How well a step of this project and one of libtorch agree on the same weights, images and masks.
 *
 * @param loss ours
 * @param peerLoss libtorch's
 * @param gradients how far they are apart, g' being libtorch's
 */
record Agreement(double loss, double peerLoss, GradientDifference gradients) {
  /** Largest relative difference of the losses. */
  static final double LOSS_TOLERANCE = 1e-4;

  /** Largest relative error of the gradients. */
  static final double GRADIENT_TOLERANCE = 1e-3;

  /**
   * Has both sides compute loss and gradients, in processes that end before anything is timed:
   * their memory counts for no one. Leaves {@link BenchmarkCase#peerCase} and {@link
   * BenchmarkCase#inputs} for the timing.
   *
   * @return by library, without MTO ({@code false}) and with it
   * @throws BenchmarkFailure when a loss or gradients differ
   */
  static Map<Boolean, Map<Blas, Agreement>> check(
      BenchmarkCase benchmark, Children children, List<Blas> libraries) throws IOException {
    Files.writeString(benchmark.peerCase(), PeerCase.of(benchmark.with()).toString());
    try (ChildProcess ours = children.ours(benchmark, false)) {
      ours.ask("inputs " + benchmark.inputs());
    }
    Map<Boolean, Map<Blas, Double>> losses = new TreeMap<>();
    for (Blas library : libraries) {
      try (ChildProcess peer = children.peer(library, Waiting.PASSIVE, benchmark)) {
        for (boolean mto : List.of(false, true)) {
          peer.switchMto(mto);
          JsonNode answer = peer.ask("gradients " + benchmark.gradients(library, mto));
          losses
              .computeIfAbsent(mto, half -> new EnumMap<>(Blas.class))
              .put(library, answer.get("loss").asDouble());
        }
      }
    }
    Map<Boolean, Map<Blas, Agreement>> agreements = new TreeMap<>();
    for (boolean mto : losses.keySet()) {
      Map<Blas, Agreement> ofThese = new EnumMap<>(Blas.class);
      try (ChildProcess ours = children.ours(benchmark, mto)) {
        for (Blas library : libraries) {
          ofThese.put(
              library, compared(benchmark, mto, library, ours, losses.get(mto).get(library)));
        }
      }
      agreements.put(mto, ofThese);
    }
    return agreements;
  }

  private static Agreement compared(
      BenchmarkCase benchmark, boolean mto, Blas library, ChildProcess ours, double peerLoss)
      throws IOException {
    JsonNode answer = ours.ask("compare " + benchmark.gradients(library, mto));
    Files.delete(benchmark.gradients(library, mto));
    Agreement agreement =
        new Agreement(
            answer.get("loss").asDouble(),
            peerLoss,
            new GradientDifference(
                answer.get("gradient_error").asDouble(), answer.get("worst").asText()));
    agreement.require(
        "%s %s MTO against %s"
            .formatted(benchmark.name(), mto ? "with" : "without", library.title()));
    return agreement;
  }

  /** Relative difference of the losses. */
  double lossDifference() {
    return loss == peerLoss ? 0 : Math.abs(loss - peerLoss) / Math.abs(peerLoss);
  }

  /**
   * Refuses what is not the same work.
   *
   * @param what was compared, e.g. {@code simmim-vit-tiny and libtorch MKL}
   * @throws BenchmarkFailure when they differ by more than rounding
   */
  void require(String what) {
    if (!(lossDifference() <= LOSS_TOLERANCE)) {
      throw new BenchmarkFailure(
          String.format(
              Locale.ROOT,
              "%s: losses %.7g and %.7g differ by %.2g, more than %.0e: not the same work, nothing"
                  + " was timed",
              what,
              loss,
              peerLoss,
              lossDifference(),
              LOSS_TOLERANCE));
    }
    if (!(gradients.relative() <= GRADIENT_TOLERANCE)) {
      throw new BenchmarkFailure(
          String.format(
              Locale.ROOT,
              "%s: gradients differ by %.2g, more than %.0e, most in %s: not the same work, nothing"
                  + " was timed",
              what,
              gradients.relative(),
              GRADIENT_TOLERANCE,
              gradients.worst()));
    }
  }

  /**
   * How far two sets of gradients are apart.
   *
   * @param relative {@code ||g - g'|| / ||g'||} over all parameters together
   * @param worst the parameter that has the largest part in it
   */
  record GradientDifference(double relative, String worst) {

    /**
     * Compares.
     *
     * @param gradients g by parameter; one that is missing on either side counts as zero there
     * @param reference g' by parameter
     * @throws BenchmarkFailure when a parameter has another number of values
     */
    static GradientDifference between(
        Map<String, INDArray> gradients, Map<String, INDArray> reference) {
      double differences = 0;
      double norm = 0;
      double largest = -1;
      String worst = "none";
      Set<String> names = new TreeSet<>(gradients.keySet());
      names.addAll(reference.keySet());
      for (String name : names) {
        double difference = squaredDifference(name, gradients.get(name), reference.get(name));
        differences += difference;
        norm += squaredNorm(reference.get(name));
        if (!(difference <= largest)) { // a NaN is the worst
          largest = difference;
          worst = name;
        }
      }
      return new GradientDifference(
          norm == 0 && differences == 0 ? 0 : Math.sqrt(differences / norm), worst);
    }

    private static double squaredDifference(String name, INDArray a, INDArray b) {
      if (a == null || b == null) {
        return squaredNorm(a == null ? b : a);
      }
      if (a.length() != b.length()) {
        throw new BenchmarkFailure(
            "the gradient of %s has %d values here and %d in libtorch: these are not the same model"
                .formatted(name, a.length(), b.length()));
      }
      try (INDArray difference = a.reshape(-1).sub(b.reshape(-1))) {
        return squaredNorm(difference);
      }
    }

    private static double squaredNorm(INDArray array) {
      return array == null ? 0 : Math.pow(array.norm2Number().doubleValue(), 2);
    }
  }
}
