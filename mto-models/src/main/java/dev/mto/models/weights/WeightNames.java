package dev.mto.models.weights;

import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import org.nd4j.linalg.api.ndarray.INDArray;

/** The names under which the field's libraries keep the tensors of a model. */
public enum WeightNames {
  /** Those of the method's official implementation. */
  OFFICIAL,
  /**
   * Those of timm's {@code VisionTransformer} ({@code vit_base_patch16_224} and its kin with {@code
   * num_classes=0}), on which MAE's encoder was built; the decoder is left out.
   */
  TIMM,
  /**
   * Those of Hugging Face's transformers: {@code ViTMAEForPreTraining} for MAE; {@code BeitModel}
   * is read as well.
   */
  HUGGINGFACE;

  private static final String MAE = "mae";
  private static final Pattern TIMM_ENCODER =
      Pattern.compile("cls_token|pos_embed|(patch_embed\\.proj|norm|blocks\\.\\d+\\..+)\\..+");
  private static final Pattern TIMM_NAME = Pattern.compile(TIMM_ENCODER + "|(head|fc_norm)\\..+");

  /**
   * Finds out whose names a file uses. timm's are those of MAE's official encoder-only release, and
   * said to be timm's; names that are neither's are taken as official.
   */
  public static WeightNames of(Set<String> names) {
    if (BeitNames.recognises(names) || HuggingFaceNames.recognises(names)) {
      return HUGGINGFACE;
    }
    boolean timm =
        names.contains("cls_token")
            && names.contains("pos_embed")
            && names.stream().allMatch(TIMM_NAME.asMatchPredicate());
    return timm ? TIMM : OFFICIAL;
  }

  /**
   * Brings tensors under whatever names back to official ones.
   *
   * @throws IllegalArgumentException when part of an attention layer is missing
   */
  public static Map<String, INDArray> toOfficial(Map<String, INDArray> tensors) {
    if (BeitNames.recognises(tensors.keySet())) {
      return BeitNames.toOfficial(tensors);
    }
    return of(tensors.keySet()) == HUGGINGFACE
        ? HuggingFaceNames.toOfficial(tensors)
        : new LinkedHashMap<>(tensors);
  }

  /**
   * Gives tensors these names. Values are kept as they are; Hugging Face's queries, keys and values
   * are new arrays.
   *
   * @param baseline the method's name, such as {@code mae}
   * @param official tensors under official names
   * @throws IllegalArgumentException when these names do not exist for the method or a tensor
   */
  public Map<String, INDArray> fromOfficial(String baseline, Map<String, INDArray> official) {
    if (this != OFFICIAL && !baseline.equals(MAE)) {
      throw new IllegalArgumentException(
          "%s has no names in %s, only mae has: use official"
              .formatted(baseline, name().toLowerCase(Locale.ROOT)));
    }
    return switch (this) {
      case OFFICIAL -> new LinkedHashMap<>(official);
      case TIMM -> timm(official);
      case HUGGINGFACE -> HuggingFaceNames.fromOfficial(official);
    };
  }

  private static Map<String, INDArray> timm(Map<String, INDArray> official) {
    Map<String, INDArray> encoder = new LinkedHashMap<>(official);
    encoder.keySet().removeIf(TIMM_ENCODER.asMatchPredicate().negate());
    return encoder;
  }
}
