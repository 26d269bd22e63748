package dev.mto.bench.weights;

import dev.mto.engine.errors.UserException;
import dev.mto.models.weights.SharedRelativeBias;
import java.util.LinkedHashMap;
import java.util.Map;
import org.nd4j.linalg.api.ndarray.INDArray;

/** A shared relative position bias given to each block; names keep SimMIM's {@code encoder.}. */
final class PerBlockBias {
  private static final String ENCODER = "encoder.";

  private PerBlockBias() {}

  static Map<String, INDArray> of(String baseline, Map<String, INDArray> tensors, int depth) {
    boolean prefixed = tensors.keySet().stream().allMatch(name -> name.startsWith(ENCODER));
    String prefix = prefixed ? ENCODER : "";
    Map<String, INDArray> plain = new LinkedHashMap<>();
    tensors.forEach((name, tensor) -> plain.put(name.substring(prefix.length()), tensor));
    Map<String, INDArray> named = new LinkedHashMap<>();
    try {
      SharedRelativeBias.perBlock(plain, depth)
          .forEach((name, tensor) -> named.put(prefix + name, tensor));
    } catch (IllegalArgumentException e) {
      throw new UserException(
          "--per-block-bias: " + baseline + " has no shared relative position bias; leave it out",
          e);
    }
    return named;
  }
}
