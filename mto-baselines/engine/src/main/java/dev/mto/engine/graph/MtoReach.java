package dev.mto.engine.graph;

import dev.mto.engine.Baseline;
import dev.mto.engine.Model;
import dev.mto.engine.config.RunConfig;
import dev.mto.models.Parameters;
import java.util.List;
import java.util.Set;
import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.linalg.api.ndarray.INDArray;

/** Which parameters of a model MTO may move. */
record MtoReach(Baseline baseline, RunConfig config, Model model) {

  /**
   * Names of those among {@code parameters}, in their order.
   *
   * @throws IllegalArgumentException when it is the mask token that MTO may move, and there is none
   */
  List<String> of(Parameters parameters) {
    List<String> names = parameters.names();
    if (!config.mto().enabled()) {
      return names;
    }
    return switch (config.mto().gradients()) {
      case ALL, NOT_VISIBLE -> names;
      case MASK_TOKEN -> maskTokens(names);
      case NOT_ENCODER -> {
        List<String> masks = maskTokens(names);
        Set<String> encoder = encoder(parameters);
        yield names.stream()
            .filter(name -> masks.contains(name) || !encoder.contains(name))
            .toList();
      }
    };
  }

  private List<String> maskTokens(List<String> names) {
    List<String> tokens = names.stream().filter(model::maskToken).toList();
    if (tokens.isEmpty()) {
      throw new IllegalArgumentException(
          "mto.gradients: the model names no mask token; leave it at all or not_visible");
    }
    return tokens;
  }

  /** Names of what evaluation takes as the encoder. */
  private Set<String> encoder(Parameters parameters) {
    Parameters alone = SeededParameters.of(parameters.type(), config.training().seed());
    SDVariable images = alone.placeholder(Feeds.IMAGES, config.vit().imageShape());
    baseline.encoder(config, alone, images, null, false);
    Set<String> names = Set.copyOf(alone.names());
    alone.arrays().values().stream().filter(INDArray::closeable).forEach(INDArray::close);
    return names;
  }
}
