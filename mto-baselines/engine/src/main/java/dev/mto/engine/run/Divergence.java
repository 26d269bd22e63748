package dev.mto.engine.run;

import dev.mto.engine.errors.DivergenceException;
import dev.mto.engine.graph.TrainingGraph;
import dev.mto.executor.GraphSession;
import dev.mto.executor.SessionOptions;
import dev.mto.executor.memory.NotEnoughMemoryException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.linalg.api.ndarray.INDArray;

/** Where values of a step stop being finite: the term, the place and what to try. */
final class Divergence {
  private final TrainingGraph graph;

  /** What is said of the place; null until it was looked for. */
  private String place;

  Divergence(TrainingGraph graph) {
    this.graph = graph;
  }

  /**
   * Runs the forward pass of a micro-batch again to find where values stop being finite, unless
   * that was done for another one of the step.
   */
  void look(Map<String, INDArray> feeds) {
    if (place == null) {
      place = placeIn(feeds);
    }
  }

  /**
   * What to say after {@link #look}.
   *
   * @param worker which of several it is, empty for the only one
   */
  DivergenceException explain(
      Map<String, Double> losses, Map<String, INDArray> gradients, long step, String worker) {
    String terms =
        losses.entrySet().stream()
            .filter(e -> e.getKey().startsWith("loss.") && !Double.isFinite(e.getValue()))
            .filter(e -> !e.getKey().equals("loss.reference"))
            .map(e -> e.getKey() + " = " + e.getValue())
            .collect(Collectors.joining(", "));
    String what =
        terms.isEmpty() ? "the gradient of " + firstNotFinite(gradients) + " is not finite" : terms;
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

  private String placeIn(Map<String, INDArray> feeds) {
    List<String> layers =
        graph.groups().stream()
            .flatMap(group -> group.layers().stream())
            .map(SDVariable::name)
            .toList();
    List<String> found = new ArrayList<>();
    try (GraphSession session =
        GraphSession.forward(graph.graph(), SessionOptions.defaults().withState(graph.state()))) {
      session.run(feeds, layers, values -> graph.groups().forEach(of -> look(of, values, found)));
    } catch (NotEnoughMemoryException e) {
      return "; there is no memory left to look for the place";
    }
    return found.isEmpty()
        ? "; all token tensors are finite"
        : "; the first values that are not finite come out of the " + found.get(0);
  }

  private static void look(
      TrainingGraph.Group group, Map<String, INDArray> values, List<String> found) {
    for (int layer = 0; layer < group.layers().size(); layer++) {
      INDArray tokens = values.get(group.layers().get(layer).name());
      if (!Double.isFinite(tokens.norm2Number().doubleValue())) {
        found.add(group.layerName(layer));
      }
    }
  }
}
