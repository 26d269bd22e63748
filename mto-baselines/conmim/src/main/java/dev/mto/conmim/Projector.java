package dev.mto.conmim;

import dev.mto.models.Linear;
import dev.mto.models.Parameters;
import dev.mto.models.VitConfig;
import java.util.ArrayList;
import java.util.List;
import org.nd4j.autodiff.samediff.SDVariable;

/**
 * ConMIM's projector: three linear layers without bias, each followed by batch normalisation, the
 * first two also by ReLU. All tokens of a batch, class tokens included, are normalised together.
 */
final class Projector {
  private final List<Linear> layers;
  private final List<BatchNorm> norms;

  /**
   * Declares the parameters {@code projectors.*}.
   *
   * @param vit size of the encoder and deviation of first weights
   * @param prefix of the parameters' names in the graph
   */
  Projector(Parameters parameters, String prefix, ConMimOptions options, VitConfig vit) {
    int hidden = options.projectorHidden();
    this.layers =
        List.of(
            linear(parameters, vit, "projectors.0", hidden, vit.dim()),
            linear(parameters, vit, "projectors.3", hidden, hidden),
            linear(parameters, vit, "projectors.6", options.projectorDim(), hidden));
    this.norms =
        List.of(
            new BatchNorm(parameters, prefix, "projectors.1", hidden, true),
            new BatchNorm(parameters, prefix, "projectors.4", hidden, true),
            new BatchNorm(parameters, prefix, "projectors.7", options.projectorDim(), false));
  }

  private static Linear linear(
      Parameters parameters, VitConfig vit, String name, int outputs, int inputs) {
    return new Linear(
        parameters.declare(name + ".weight", vit.firstWeights(), outputs, inputs), null);
  }

  /**
   * Projected rows.
   *
   * @param rows [R, F]
   * @param statistics of the three batch normalisations
   */
  record Projected(SDVariable rows, List<BatchStatistics> statistics) {}

  /** Projects {@code tokens} [R, D]. */
  Projected apply(SDVariable tokens) {
    SDVariable x = tokens;
    List<BatchStatistics> statistics = new ArrayList<>();
    for (int i = 0; i < layers.size(); i++) {
      SDVariable linear = layers.get(i).rows(x);
      BatchNorm.Normalised normalised = norms.get(i).apply(linear);
      statistics.add(normalised.statistics());
      boolean last = i == layers.size() - 1;
      x = last ? normalised.rows() : x.getSameDiff().nn().relu(normalised.rows(), 0);
    }
    return new Projected(x, List.copyOf(statistics));
  }
}
