package dev.mto.engine.report;

import dev.mto.engine.pictures.Numbers;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** The terms of MTO's loss as people know them, and what is normal in their curves. */
enum MtoTerm {
  SPA("spa", "Sparsity L_spa (eq. 3)", "nats") {
    @Override
    String sentence(RunMetrics metrics) {
      return "Sparsity is the entropy of a visible token's affinities to all tokens of its image, at"
          + " layer 0. It is at most ln N for N tokens (a sum over visible tokens with"
          + " mto.reduction: sum) and falls as tokens come to resemble few others. Affinities are"
          + " dot products: long tokens alone make it small, so look at the norms too.";
    }
  },
  E("e", "Initial heterogeneity L_e (eq. 6)", "1/nats") {
    @Override
    String sentence(RunMetrics metrics) {
      double bound = metrics.curve(RunMetrics.BOUND).latest();
      String least =
          bound > 0 ? " = 1/%s = %s here".formatted(Numbers.of(bound), Numbers.of(1 / bound)) : "";
      return "Initial heterogeneity is 1/H of layer 0. H is at most ln V for V visible tokens, so that"
          + " this term is never below 1/ln V"
          + least
          + ". New mask tokens are there at once: a flat curve at that value is the best there is, not"
          + " a fault. It cannot reach 0.";
    }
  },
  R("r", "Ranking L_r (eq. 7)", "sum over layers") {
    @Override
    String sentence(RunMetrics metrics) {
      Optional<LayerCurves> layers = metrics.heterogeneity().values().stream().findFirst();
      String start =
          layers
              .map(curves -> curves.layers().size() - 1)
              .map(
                  n ->
                      " (%d × ln 2 = %s here, unless mto.ranking_layers or mto.margin is set)"
                          .formatted(n, Numbers.of(n * Math.log(2))))
              .orElse("");
      return "Ranking is the sum over layers of ln(1 + e^d), where d is the change of H from a layer to"
          + " the next. Where H is the same in all layers it is L × ln 2"
          + start
          + "; it falls below as H falls with depth, and comes near 0 for steep falls only. With"
          + " mto.ranking: printed the sign of d is the other.";
    }
  },
  NORM_PENALTY("norm_penalty", "Penalty on long tokens", "mean square of the excess") {
    @Override
    String sentence(RunMetrics metrics) {
      return "The penalty on long tokens is 0 while no token is longer than mto.norm_reference allows, and"
          + " is not in the paper.";
    }
  };

  private final String field;
  private final String title;
  private final String unit;

  MtoTerm(String field, String title, String unit) {
    this.field = field;
    this.title = title;
    this.unit = unit;
  }

  /** What is normal, with the figures of a run. */
  abstract String sentence(RunMetrics metrics);

  private static Optional<MtoTerm> of(String metric) {
    String last = metric.substring(metric.lastIndexOf('.') + 1);
    return Arrays.stream(values()).filter(term -> term.field.equals(last)).findFirst();
  }

  /** Whether a field of the metrics is a term of MTO. */
  static boolean isTerm(String metric) {
    return metric.startsWith("loss.") && of(metric).isPresent();
  }

  /** A part of the loss for people: {@code loss.pixel.spa} is of the pixel decoder. */
  static String title(String metric) {
    String path = metric.substring("loss.".length());
    int dot = path.lastIndexOf('.');
    String own = of(metric).map(term -> term.title).orElse(capital(path) + " loss");
    return dot < 0 ? own : own + ", " + path.substring(0, dot) + " decoder";
  }

  static String unit(String metric) {
    return of(metric).map(term -> term.unit).orElse("loss");
  }

  private static String capital(String name) {
    return Character.toUpperCase(name.charAt(0)) + name.substring(1);
  }

  /** What is normal in the terms of a run. */
  static List<String> sentences(RunMetrics metrics) {
    List<String> sentences = new ArrayList<>();
    Stream.of(values())
        .filter(term -> metrics.curves().keySet().stream().anyMatch(term::is))
        .forEach(term -> sentences.add(term.sentence(metrics)));
    if (metrics.heterogeneity().size() > 1) {
      sentences.add(
          "A term without a decoder's name is the sum over both decoders, which is what is"
              + " minimised unless mto.decoder_weights gives them factors; the bounds above are of"
              + " one decoder.");
    }
    return sentences;
  }

  private boolean is(String metric) {
    return isTerm(metric) && of(metric).filter(this::equals).isPresent();
  }
}
