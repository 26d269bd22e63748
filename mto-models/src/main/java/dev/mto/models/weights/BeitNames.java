package dev.mto.models.weights;

import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * Names of {@code BeitModel} in Hugging Face's transformers, alone or, under {@code beit.}, in a
 * model for masked images or classes. Official ones are BEiT's own, which SimMIM, ConMIM and timm
 * have: queries, keys and values in one weight, and keys without a bias.
 */
final class BeitNames {
  private static final String MODEL = "beit.";
  private static final String NORM = "layernorm.";
  private static final String HEAD = "head.";
  private static final String INDEX = ".relative_position_index";
  private static final Pattern IN_BLOCK = Pattern.compile("blocks\\.(\\d+)\\.(.+)");
  private static final Pattern JOINED = Pattern.compile("blocks\\.(\\d+)\\.attn\\.qkv\\.weight");
  private static final Pattern IN_LAYER = Pattern.compile("encoder\\.layer\\.(\\d+)\\.(.+)");
  private static final Pattern QKV =
      Pattern.compile(
          "(encoder\\.layer\\.(\\d+))\\.attention\\.attention\\.(query|key|value)\\.weight");

  private static final List<Start> TOP =
      List.of(
          new Start("embeddings.position_embeddings", "pos_embed"),
          new Start("embeddings.patch_embeddings.projection.", "patch_embed.proj."),
          new Start("embeddings.", ""),
          new Start("encoder.relative_position_bias.", "rel_pos_bias."),
          new Start(NORM, "norm."),
          new Start("pooler.layernorm.", "fc_norm."));

  private static final List<Start> LAYER =
      List.of(
          new Start("lambda_1", "gamma_1"),
          new Start("lambda_2", "gamma_2"),
          new Start("attention.attention.query.bias", "attn.q_bias"),
          new Start("attention.attention.value.bias", "attn.v_bias"),
          new Start("attention.attention.relative_position_bias.", "attn."),
          new Start("attention.output.dense.", "attn.proj."),
          new Start("intermediate.dense.", "mlp.fc1."),
          new Start("output.dense.", "mlp.fc2."),
          new Start("layernorm_before.", "norm1."),
          new Start("layernorm_after.", "norm2."));

  /** How a name begins in either; what follows is equal. */
  private record Start(String beit, String official) {}

  private BeitNames() {}

  /** Models without keys' biases: those of {@code ViTMAEModel}, else named alike, have them. */
  static boolean recognises(Set<String> names) {
    return names.contains(MODEL + "embeddings.cls_token")
        || (names.contains("embeddings.cls_token")
            && !names.contains("encoder.layer.0.attention.attention.key.bias"));
  }

  /**
   * Names that are not BEiT's stay as they are.
   *
   * @throws IllegalArgumentException when part of an attention layer is missing
   */
  static Map<String, INDArray> toOfficial(Map<String, INDArray> tensors) {
    Map<String, INDArray> alone = alone(tensors);
    Map<String, INDArray> official = new LinkedHashMap<>();
    alone.forEach(
        (name, tensor) -> {
          Matcher part = QKV.matcher(name);
          if (part.matches()) {
            official.computeIfAbsent(
                "blocks." + part.group(2) + ".attn.qkv.weight",
                qkv -> HuggingFaceNames.joined(alone, part.group(1), "weight"));
          } else {
            official.put(official(name), tensor);
          }
        });
    return official;
  }

  /**
   * The names of {@code BeitForImageClassification}, or of the model in it: official ones under
   * {@code beit.}, {@code head} as {@code classifier}. Index buffers, which are computed there, are
   * left out.
   *
   * @param official tensors under official names without a prefix
   * @throws IllegalArgumentException when one has no name there
   */
  static Map<String, INDArray> fromOfficial(Map<String, INDArray> official) {
    Map<String, INDArray> tensors = new LinkedHashMap<>();
    official.forEach(
        (name, tensor) -> {
          Matcher joined = JOINED.matcher(name);
          if (joined.matches()) {
            HuggingFaceNames.split(
                MODEL + "encoder.layer." + joined.group(1) + ".", "weight", tensor, tensors);
          } else if (name.startsWith(HEAD)) {
            tensors.put("classifier." + name.substring(HEAD.length()), tensor);
          } else if (!name.endsWith(INDEX)) {
            tensors.put(MODEL + beit(name), tensor);
          }
        });
    return tensors;
  }

  private static String beit(String name) {
    if (name.equals("cls_token") || name.equals("mask_token")) {
      return "embeddings." + name;
    }
    Matcher block = IN_BLOCK.matcher(name);
    return block.matches()
        ? "encoder.layer." + block.group(1) + "." + named(LAYER, name, block.group(2))
        : named(TOP, name, name);
  }

  /** The longest official beginning counts. */
  private static String named(List<Start> starts, String whole, String name) {
    return starts.stream()
        .filter(start -> !start.official.isEmpty() && name.startsWith(start.official))
        .max(Comparator.comparingInt(start -> start.official.length()))
        .map(start -> start.beit + name.substring(start.official.length()))
        .orElseThrow(
            () ->
                new IllegalArgumentException(
                    "tensor " + whole + " has no name in Hugging Face's Beit"));
  }

  /** Without the prefix; a model for masked images has its last norm outside of it. */
  private static Map<String, INDArray> alone(Map<String, INDArray> tensors) {
    Map<String, INDArray> alone = new LinkedHashMap<>();
    tensors.forEach(
        (name, tensor) -> {
          if (name.startsWith(MODEL)) {
            alone.put(name.substring(MODEL.length()), tensor);
          }
        });
    tensors.forEach(
        (name, tensor) -> {
          if (!name.startsWith(MODEL) && alone.putIfAbsent(name, tensor) != null) {
            alone.put("after." + name, tensor);
          }
        });
    return alone;
  }

  private static String official(String name) {
    Matcher layer = IN_LAYER.matcher(name);
    return layer.matches()
        ? "blocks." + layer.group(1) + "." + begun(LAYER, layer.group(2))
        : begun(TOP, name);
  }

  private static String begun(List<Start> starts, String name) {
    return starts.stream()
        .filter(start -> name.startsWith(start.beit))
        .findFirst()
        .map(start -> start.official + name.substring(start.beit.length()))
        .orElse(name);
  }
}
