package dev.mto.models.weights;

import java.util.LinkedHashMap;
import java.util.Map;
import org.nd4j.linalg.api.ndarray.INDArray;

/** Names of fine-tuned classifiers in other libraries. */
public final class ClassifierNames {
  private ClassifierNames() {}

  /**
   * Those of timm's {@code VisionTransformer} and {@code Beit}, {@code global_pool} {@code avg} or
   * {@code token}: the official ones of fine-tuning, without the index buffers that timm computes.
   *
   * @param official tensors of a classifier under official names
   */
  public static Map<String, INDArray> timm(Map<String, INDArray> official) {
    Map<String, INDArray> named = new LinkedHashMap<>(official);
    named.keySet().removeIf(name -> name.endsWith(".relative_position_index"));
    return named;
  }
}
