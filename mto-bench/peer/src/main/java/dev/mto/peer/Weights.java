package dev.mto.peer;

import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorVector;

/** Trainable tensors by the names of the official SimMIM checkpoint, in a fixed order. */
final class Weights {

  private static final Set<String> NEVER_DECAYED = Set.of("encoder.cls_token", "encoder.pos_embed");

  private final Map<String, Tensor> byName;

  Weights(Map<String, Tensor> byName) {
    this.byName = new LinkedHashMap<>(byName);
    this.byName.values().forEach(tensor -> tensor.set_requires_grad(true));
  }

  Tensor get(String name) {
    Tensor tensor = byName.get(name);
    if (tensor == null) {
      throw new IllegalArgumentException(
          "weight " + name + " is missing: give all weights of the model's shape");
    }
    return tensor;
  }

  Collection<Tensor> all() {
    return byName.values();
  }

  /**
   * Weights with ({@code true}) or without decay: 1-D tensors, biases and the class token have
   * none.
   */
  TensorVector group(boolean decayed) {
    TensorVector group = new TensorVector();
    byName.forEach(
        (name, tensor) -> {
          if (isDecayed(name, tensor) == decayed) {
            group.push_back(tensor);
          }
        });
    return group;
  }

  private static boolean isDecayed(String name, Tensor tensor) {
    return tensor.dim() > 1 && !name.endsWith(".bias") && !NEVER_DECAYED.contains(name);
  }
}
