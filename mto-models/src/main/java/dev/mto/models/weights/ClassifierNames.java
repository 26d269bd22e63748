package dev.mto.models.weights;

import java.util.LinkedHashMap;
import java.util.Map;
import org.nd4j.linalg.api.ndarray.INDArray;

/** Names of fine-tuned classifiers in other libraries. */
public final class ClassifierNames {
  private static final String HEAD = "head.";

  private ClassifierNames() {}

  /**
   * Those of {@code BeitForImageClassification} of Hugging Face's transformers, or, without a head,
   * of its {@code BeitModel}.
   *
   * @param official tensors of an encoder without biases of keys, with or without a head
   * @throws IllegalArgumentException when one has no name there
   */
  public static Map<String, INDArray> beit(Map<String, INDArray> official) {
    return BeitNames.fromOfficial(official);
  }

  /**
   * Those of {@code ViTForImageClassification} of Hugging Face's transformers, which classifies the
   * class token after the final norm.
   *
   * @param official tensors of MAE's encoder, with a head
   * @throws IllegalArgumentException when one has no name there
   */
  public static Map<String, INDArray> vit(Map<String, INDArray> official) {
    Map<String, INDArray> encoder = new LinkedHashMap<>(official);
    encoder.keySet().removeIf(name -> name.startsWith(HEAD));
    Map<String, INDArray> named = HuggingFaceNames.fromOfficial(encoder);
    official.forEach(
        (name, tensor) -> {
          if (name.startsWith(HEAD)) {
            named.put("classifier." + name.substring(HEAD.length()), tensor);
          }
        });
    return named;
  }

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
