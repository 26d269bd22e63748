package dev.mto.models.weights;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * Names of timm's {@code VisionTransformer} ({@code vit_base_patch16_224} and its kin with {@code
 * num_classes=0}). MAE's encoder was built on it and has the same.
 */
final class TimmNames {
  private static final Pattern ENCODER =
      Pattern.compile("cls_token|pos_embed|(patch_embed\\.proj|norm|blocks\\.\\d+\\..+)\\..+");
  private static final Pattern CLASSIFIER = Pattern.compile("(head|fc_norm)\\..+");

  private TimmNames() {}

  static boolean recognises(Set<String> names) {
    return names.contains("cls_token")
        && names.contains("pos_embed")
        && names.stream()
            .allMatch(
                name -> ENCODER.matcher(name).matches() || CLASSIFIER.matcher(name).matches());
  }

  /** The tensors of the encoder; the decoder's are left out. */
  static Map<String, INDArray> fromOfficial(Map<String, INDArray> official) {
    Map<String, INDArray> encoder = new LinkedHashMap<>();
    official.forEach(
        (name, tensor) -> {
          if (ENCODER.matcher(name).matches()) {
            encoder.put(name, tensor);
          }
        });
    return encoder;
  }
}
