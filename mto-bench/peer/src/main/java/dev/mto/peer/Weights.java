package dev.mto.peer;

import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import org.bytedeco.pytorch.Tensor;

/** Trainable tensors by the names of the official checkpoint, in a fixed order. */
final class Weights {

  /** SimMIM's class token is not decayed, MAE's is. */
  private static final Set<String> NEVER_DECAYED = Set.of("encoder.cls_token");

  private final Map<String, Tensor> byName;

  Weights(Map<String, Tensor> byName) {
    this.byName = new LinkedHashMap<>(byName);
    this.byName.values().forEach(tensor -> tensor.set_requires_grad(true));
  }

  Tensor get(String name) {
    Tensor tensor = byName.get(name);
    if (tensor == null) {
      throw new IllegalArgumentException(
          "weight " + name + " is missing: give all weights of the model");
    }
    return tensor;
  }

  boolean has(String name) {
    return byName.containsKey(name);
  }

  /** Number of the blocks {@code prefix0.} {@code prefix1.} …. */
  int blocks(String prefix) {
    int count = 0;
    while (has(prefix + count + ".norm1.weight")) {
      count++;
    }
    return count;
  }

  Collection<Tensor> all() {
    return byName.values();
  }

  /** A new map, in the fixed order. */
  Map<String, Tensor> byName() {
    return new LinkedHashMap<>(byName);
  }

  /** All but vectors, biases and SimMIM's class token. */
  static boolean decayed(String name, Tensor tensor) {
    return tensor.dim() > 1 && !name.endsWith(".bias") && !NEVER_DECAYED.contains(name);
  }
}
