package dev.mto.speed.step;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * How well a step agrees with ours in float32 on the same weights, images and masks.
 *
 * @param loss ours in float32
 * @param other the other step's
 * @param gradients how far the other's gradients are from ours
 */
record Agreement(double loss, double other, GradientDifference gradients) {

  /**
   * Largest differences of what counts as the same work.
   *
   * @param loss relative difference of the losses
   * @param gradients {@code ||g - g'|| / ||g'||} over all parameters together
   * @param parameter the same of each parameter alone
   */
  record Bounds(double loss, double gradients, double parameter) {
    /** Between two steps in float32. */
    static final Bounds FLOAT32 = new Bounds(1e-4, 1e-3, Double.POSITIVE_INFINITY);

    /**
     * Between a step in bfloat16, whose operands have 8 bits, and one in float32: about three times
     * what was seen of either side (losses 2e-4, gradients 0.02, MAE's patch embedding with MTO
     * 0.1).
     */
    static final Bounds BFLOAT16 = new Bounds(1e-3, 0.05, 0.25);

    /**
     * Between a step in TF32, whose operands have 3 bits more, and one in float32; not measured.
     */
    static final Bounds TF32 = new Bounds(1e-3, 0.01, 0.1);

    /** Of a case. */
    static Bounds of(BenchmarkCase benchmark) {
      return switch (benchmark.with().training().precision()) {
        case FLOAT32 -> FLOAT32;
        case TF32 -> TF32;
        case BFLOAT16 -> BFLOAT16;
      };
    }
  }

  /**
   * The steps that were compared with ours in float32.
   *
   * @param own ours where operands are rounded; null for a case in float32
   * @param peers libtorch's
   */
  record Agreements(Agreement own, Map<Blas, Agreement> peers) {
    /** Largest factor between the errors of gradients in bfloat16, ours and libtorch's. */
    static final double FACTOR = 2;

    static final Agreements NONE = new Agreements(null, Map.of());

    Agreements {
      peers = Map.copyOf(peers);
    }

    /**
     * Refuses bfloat16 that rounds more on one side than on the other.
     *
     * @throws BenchmarkFailure when the gradients' errors are of another size
     */
    void requireSameSize(String what) {
      peers.forEach(
          (library, peer) -> {
            double factor = own.gradients().relative() / peer.gradients().relative();
            if (!(factor <= FACTOR && factor >= 1 / FACTOR)) {
              throw new BenchmarkFailure(
                  String.format(
                      Locale.ROOT,
                      "%s: gradients in bfloat16 are %.2g from float32 here and %.2g in %s, more"
                          + " than a factor of %.0f apart: not the same work, nothing was timed",
                      what,
                      own.gradients().relative(),
                      peer.gradients().relative(),
                      library.title(),
                      FACTOR));
            }
          });
    }
  }

  /**
   * Has all sides compute loss and gradients, in processes that end before anything is timed: their
   * memory counts for no one. Leaves {@link BenchmarkCase#peerCase} and {@link
   * BenchmarkCase#inputs} for the timing.
   *
   * @param float32 the same case in float32, which others are compared with
   * @return without MTO ({@code false}) and with it
   * @throws BenchmarkFailure when a loss or gradients differ
   */
  static Map<Boolean, Agreements> check(
      BenchmarkCase benchmark, BenchmarkCase float32, Children children, List<Blas> libraries)
      throws IOException {
    Map<Boolean, Map<Blas, Double>> losses = peerLosses(benchmark, children, libraries);
    Map<Boolean, Agreements> agreements = new TreeMap<>();
    for (boolean mto : List.of(false, true)) {
      double narrow = Double.NaN;
      if (benchmark.narrow()) {
        try (ChildProcess ours = children.ours(benchmark, mto)) {
          narrow = ours.ask("gradients " + benchmark.gradients(mto)).get("loss").asDouble();
        }
      }
      String what = benchmark.title(benchmark.name() + (mto ? " with MTO" : " without MTO"));
      Bounds bounds = Bounds.of(benchmark);
      Agreement own = null;
      Map<Blas, Agreement> peers = new EnumMap<>(Blas.class);
      try (ChildProcess ours = children.ours(float32, mto)) {
        if (benchmark.narrow()) {
          own = compared(ours, narrow, benchmark.gradients(mto));
          own.require(what + " against float32", bounds);
        }
        for (Blas library : libraries) {
          Agreement peer =
              compared(ours, losses.get(mto).get(library), benchmark.gradients(library, mto));
          peer.require(what + " in " + library.title() + " against this", bounds);
          peers.put(library, peer);
        }
      }
      Agreements these = new Agreements(own, peers);
      if (benchmark.narrow()) {
        these.requireSameSize(what);
      }
      agreements.put(mto, these);
    }
    return agreements;
  }

  private static Map<Boolean, Map<Blas, Double>> peerLosses(
      BenchmarkCase benchmark, Children children, List<Blas> libraries) throws IOException {
    if (!libraries.isEmpty()) {
      Files.writeString(benchmark.peerCase(), PeerCase.of(benchmark.with()).toString());
      try (ChildProcess ours = children.ours(benchmark, false)) {
        ours.ask("inputs " + benchmark.inputs());
      }
    }
    Map<Boolean, Map<Blas, Double>> losses = new TreeMap<>();
    for (Blas library : libraries) {
      try (ChildProcess peer = children.peer(library, PeerSettings.USUAL, benchmark)) {
        for (boolean mto : List.of(false, true)) {
          peer.switchMto(mto);
          JsonNode answer = peer.ask("gradients " + benchmark.gradients(library, mto));
          losses
              .computeIfAbsent(mto, half -> new EnumMap<>(Blas.class))
              .put(library, answer.get("loss").asDouble());
        }
      }
    }
    return losses;
  }

  private static Agreement compared(ChildProcess ours, double loss, Path gradients)
      throws IOException {
    JsonNode answer = ours.ask("compare " + gradients);
    Files.delete(gradients);
    return new Agreement(answer.get("loss").asDouble(), loss, GradientDifference.read(answer));
  }

  /** Relative difference of the losses. */
  double lossDifference() {
    return loss == other ? 0 : Math.abs(other - loss) / Math.abs(loss);
  }

  /**
   * Refuses what is not the same work.
   *
   * @param what was compared, e.g. {@code simmim-vit-tiny in libtorch MKL against this}
   * @throws BenchmarkFailure when they differ by more than rounding
   */
  void require(String what, Bounds bounds) {
    if (!(lossDifference() <= bounds.loss())) {
      throw new BenchmarkFailure(
          String.format(
              Locale.ROOT,
              "%s: losses %.7g and %.7g differ by %.2g, more than %.0e: not the same work, nothing"
                  + " was timed",
              what,
              loss,
              other,
              lossDifference(),
              bounds.loss()));
    }
    require(what, "gradients", gradients.relative(), bounds.gradients(), gradients.worst());
    require(
        what,
        "gradients of one parameter",
        gradients.parameter(),
        bounds.parameter(),
        gradients.name());
  }

  private static void require(
      String what, String kind, double error, double bound, String parameter) {
    if (!(error <= bound)) {
      throw new BenchmarkFailure(
          String.format(
              Locale.ROOT,
              "%s: %s differ by %.2g, more than %.0e, most in %s: not the same work, nothing"
                  + " was timed",
              what,
              kind,
              error,
              bound,
              parameter));
    }
  }

  /**
   * How far two sets of gradients are apart.
   *
   * @param relative {@code ||g - g'|| / ||g'||} over all parameters together
   * @param worst the parameter that has the largest part in it
   * @param parameter the largest {@code ||g - g'|| / ||g'||} of one parameter
   * @param name that parameter
   */
  record GradientDifference(double relative, String worst, double parameter, String name) {

    /** What {@link #write} wrote. */
    static GradientDifference read(JsonNode answer) {
      return new GradientDifference(
          answer.get("gradient_error").asDouble(),
          answer.get("worst").asText(),
          answer.get("parameter_error").asDouble(),
          answer.get("parameter").asText());
    }

    /** Puts it into a process's answer. */
    void write(ObjectNode answer) {
      answer
          .put("gradient_error", relative)
          .put("worst", worst)
          .put("parameter_error", parameter)
          .put("parameter", name);
    }

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
      double parameter = -1;
      String its = "none";
      Set<String> names = new TreeSet<>(gradients.keySet());
      names.addAll(reference.keySet());
      for (String name : names) {
        double difference = squaredDifference(name, gradients.get(name), reference.get(name));
        differences += difference;
        double square = squaredNorm(reference.get(name));
        norm += square;
        if (!(difference <= largest)) { // a NaN is the worst
          largest = difference;
          worst = name;
        }
        double relative = relative(difference, square);
        if (!(relative <= parameter)) {
          parameter = relative;
          its = name;
        }
      }
      return new GradientDifference(relative(differences, norm), worst, parameter, its);
    }

    private static double relative(double squaredDifference, double squaredNorm) {
      return squaredDifference == 0 ? 0 : Math.sqrt(squaredDifference / squaredNorm);
    }

    private static double squaredDifference(String name, INDArray a, INDArray b) {
      if (a == null || b == null) {
        return squaredNorm(a == null ? b : a);
      }
      if (a.length() != b.length()) {
        throw new BenchmarkFailure(
            "the gradient of %s has %d values and %d in our float32 step: these are not the same model"
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
