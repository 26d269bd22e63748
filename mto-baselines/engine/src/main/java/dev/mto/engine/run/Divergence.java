package dev.mto.engine.run;

import dev.mto.engine.errors.DivergenceException;
import dev.mto.engine.graph.TrainingGraph;
import dev.mto.executor.GraphSession;
import dev.mto.executor.SessionOptions;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.linalg.api.ndarray.INDArray;

/** Where values of a step stop being finite: the term, the place and what to try. */
final class Divergence {
  private Divergence() {}

  /**
   * Runs the step's forward pass again to find where values stop being finite.
   *
   * @param worker which of several it is, empty for the only one
   */
  static DivergenceException explain(
      TrainingGraph graph,
      Map<String, INDArray> feeds,
      Map<String, Double> losses,
      Map<String, INDArray> gradients,
      long step,
      String worker) {
    String terms =
        losses.entrySet().stream()
            .filter(e -> e.getKey().startsWith("loss.") && !Double.isFinite(e.getValue()))
            .filter(e -> !e.getKey().equals("loss.reference"))
            .map(e -> e.getKey() + " = " + e.getValue())
            .collect(Collectors.joining(", "));
    String what =
        terms.isEmpty() ? "the gradient of " + firstNotFinite(gradients) + " is not finite" : terms;
    String place =
        firstBlock(graph, feeds)
            .map(block -> "; the first values that are not finite come out of " + block)
            .orElse("; all token tensors are finite");
    return new DivergenceException(
        "step "
            + step
            + (worker.isEmpty() ? "" : " (" + worker + ")")
            + ": "
            + what
            + place
            + ". The weights were not touched. Try a lower training.base_lr, training.clip: 1.0, a"
            + " longer warm-up, smaller mto.weights or a larger mto.epsilon");
  }

  private static String firstNotFinite(Map<String, INDArray> gradients) {
    return gradients.entrySet().stream()
        .filter(e -> !Double.isFinite(e.getValue().norm2Number().doubleValue()))
        .map(Map.Entry::getKey)
        .findFirst()
        .orElse("all parameters together");
  }

  private static Optional<String> firstBlock(TrainingGraph graph, Map<String, INDArray> feeds) {
    List<SDVariable> layers = new ArrayList<>();
    graph.model().outputs().tokenGroups().forEach(group -> layers.addAll(group.layers()));
    List<String> found = new ArrayList<>();
    try (GraphSession session =
        GraphSession.forward(graph.graph(), SessionOptions.defaults().withState(graph.state()))) {
      session.run(
          feeds,
          layers.stream().map(SDVariable::name).toList(),
          values ->
              graph
                  .model()
                  .outputs()
                  .tokenGroups()
                  .forEach(
                      group -> {
                        String where = group.name().isEmpty() ? "" : group.name() + " decoder, ";
                        for (int l = 0; l < group.layers().size(); l++) {
                          INDArray tokens = values.get(group.layers().get(l).name());
                          if (!Double.isFinite(tokens.norm2Number().doubleValue())) {
                            found.add(where + (l == 0 ? "the embedding" : "block " + (l - 1)));
                          }
                        }
                      }));
    }
    return found.stream().findFirst();
  }
}
