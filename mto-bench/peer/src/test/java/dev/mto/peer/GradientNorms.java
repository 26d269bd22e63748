package dev.mto.peer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Map;
import org.bytedeco.pytorch.Tensor;

/** Compares the gradients that a backward pass left with the norms of an official one. */
final class GradientNorms {

  private GradientNorms() {}

  /**
   * @param expected the L2 norm of every weight's gradient, null = no gradient
   */
  static void assertEqual(Weights weights, JsonNode expected) {
    for (Map.Entry<String, Tensor> weight : weights.byName().entrySet()) {
      JsonNode norm = expected.get(weight.getKey());
      Tensor gradient = weight.getValue().grad();
      assertThat(norm).as(weight.getKey()).isNotNull();
      if (norm.isNull()) {
        assertThat(gradient.defined()).as(weight.getKey()).isFalse();
      } else {
        assertThat(Math.sqrt(gradient.square().sum().item_double()))
            .as(weight.getKey())
            .isCloseTo(norm.asDouble(), within(1e-9 + 1e-8 * norm.asDouble()));
      }
    }
  }
}
