package dev.mto.models.weights;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.indexing.NDArrayIndex;

/**
 * Names of {@code ViTMAEForPreTraining} in Hugging Face's transformers, and of its encoder alone,
 * {@code ViTMAEModel}, which lacks the prefix {@code vit.}. Queries, keys and values are apart
 * there: each a third of the rows of the official qkv.
 */
final class HuggingFaceNames {
  private static final String ENCODER = "vit.";
  private static final List<String> QKV = List.of("query", "key", "value");
  private static final Pattern SPLIT =
      Pattern.compile("(.+)\\.attention\\.attention\\.(query|key|value)\\.(weight|bias)");
  private static final Pattern JOINED = Pattern.compile("(.+)\\.attn\\.qkv\\.(weight|bias)");

  private static final List<NamePart> TOP =
      List.of(
          new NamePart("cls_token", "vit.embeddings.cls_token"),
          new NamePart("pos_embed", "vit.embeddings.position_embeddings"),
          new NamePart("patch_embed.proj.", "vit.embeddings.patch_embeddings.projection."),
          new NamePart("norm.", "vit.layernorm."),
          new NamePart("mask_token", "decoder.mask_token"),
          new NamePart("decoder_pos_embed", "decoder.decoder_pos_embed"),
          new NamePart("decoder_embed.", "decoder.decoder_embed."),
          new NamePart("decoder_norm.", "decoder.decoder_norm."),
          new NamePart("decoder_pred.", "decoder.decoder_pred."));

  private static final List<NamePart> STACKS =
      List.of(
          new NamePart("blocks.", "vit.encoder.layer."),
          new NamePart("decoder_blocks.", "decoder.decoder_layers."));

  private static final List<NamePart> IN_BLOCK =
      List.of(
          new NamePart("norm1.", "layernorm_before."),
          new NamePart("norm2.", "layernorm_after."),
          new NamePart("attn.proj.", "attention.output.dense."),
          new NamePart("mlp.fc1.", "intermediate.dense."),
          new NamePart("mlp.fc2.", "output.dense."));

  private static final Pattern NUMBERED = Pattern.compile("(.+?\\.)(\\d+\\.)(.*)");

  /** How a name begins in either; what follows is equal. */
  private record NamePart(String official, String huggingFace) {}

  private HuggingFaceNames() {}

  static boolean recognises(Set<String> names) {
    return names.contains("vit.embeddings.cls_token") || isEncoderAlone(names);
  }

  private static boolean isEncoderAlone(Set<String> names) {
    return names.contains("embeddings.cls_token");
  }

  static Map<String, INDArray> fromOfficial(Map<String, INDArray> official) {
    Map<String, INDArray> tensors = new LinkedHashMap<>();
    official.forEach(
        (name, tensor) -> {
          Matcher joined = JOINED.matcher(name);
          if (joined.matches()) {
            split(joined, tensor, tensors);
          } else {
            tensors.put(translate(name, false).orElseThrow(() -> unknown(name)), tensor);
          }
        });
    return tensors;
  }

  private static IllegalArgumentException unknown(String name) {
    return new IllegalArgumentException(
        "tensor " + name + " is none of MAE's, so it has no name in Hugging Face's ViTMAE");
  }

  private static void split(Matcher joined, INDArray tensor, Map<String, INDArray> tensors) {
    String block =
        translate(joined.group(1) + ".", false).orElseThrow(() -> unknown(joined.group()));
    split(block, joined.group(2), tensor, tensors);
  }

  /**
   * Queries, keys and values of a layer apart.
   *
   * @param layer its name with a dot
   * @param kind weight or bias
   */
  static void split(String layer, String kind, INDArray tensor, Map<String, INDArray> tensors) {
    long rows = tensor.size(0) / QKV.size();
    for (int i = 0; i < QKV.size(); i++) {
      INDArray part = tensor.get(NDArrayIndex.interval(i * rows, (i + 1) * rows)).dup('c');
      tensors.put("%sattention.attention.%s.%s".formatted(layer, QKV.get(i), kind), part);
    }
  }

  /** Names that are not Hugging Face's stay as they are. */
  static Map<String, INDArray> toOfficial(Map<String, INDArray> tensors) {
    Map<String, INDArray> prefixed = prefixed(tensors);
    Map<String, INDArray> official = new LinkedHashMap<>();
    prefixed.forEach(
        (name, tensor) -> {
          Matcher split = SPLIT.matcher(name);
          Optional<String> block =
              split.matches() ? translate(split.group(1) + ".", true) : Optional.empty();
          if (block.isPresent()) {
            official.computeIfAbsent(
                block.get() + "attn.qkv." + split.group(3),
                qkv -> joined(prefixed, split.group(1), split.group(3)));
          } else {
            official.put(translate(name, true).orElse(name), tensor);
          }
        });
    return official;
  }

  private static Map<String, INDArray> prefixed(Map<String, INDArray> tensors) {
    if (!isEncoderAlone(tensors.keySet())) {
      return tensors;
    }
    Map<String, INDArray> prefixed = new LinkedHashMap<>();
    tensors.forEach((name, tensor) -> prefixed.put(ENCODER + name, tensor));
    return prefixed;
  }

  /**
   * Queries, keys and values of a layer above each other.
   *
   * @param layer its name, what stands before {@code .attention}
   * @param kind weight or bias
   * @throws IllegalArgumentException when one of the three is missing
   */
  static INDArray joined(Map<String, INDArray> tensors, String layer, String kind) {
    INDArray[] parts = new INDArray[QKV.size()];
    for (int i = 0; i < parts.length; i++) {
      String name = "%s.attention.attention.%s.%s".formatted(layer, QKV.get(i), kind);
      parts[i] = tensors.get(name);
      if (parts[i] == null) {
        throw new IllegalArgumentException(
            "tensor %s is missing beside the rest of %s: the file is incomplete"
                .formatted(name, layer));
      }
    }
    return Nd4j.concat(0, parts);
  }

  /** A whole name, or that of a block with its dot, or nothing where it is not MAE's. */
  private static Optional<String> translate(String name, boolean toOfficial) {
    Matcher numbered = NUMBERED.matcher(name);
    if (!numbered.matches()) {
      return begin(TOP, name, toOfficial);
    }
    String inBlock = numbered.group(3);
    Optional<String> rest =
        inBlock.isEmpty() ? Optional.of("") : begin(IN_BLOCK, inBlock, toOfficial);
    return begin(STACKS, numbered.group(1), toOfficial)
        .flatMap(stack -> rest.map(end -> stack + numbered.group(2) + end));
  }

  private static Optional<String> begin(List<NamePart> parts, String name, boolean toOfficial) {
    for (NamePart part : parts) {
      String from = toOfficial ? part.huggingFace : part.official;
      if (name.startsWith(from)) {
        String to = toOfficial ? part.official : part.huggingFace;
        return Optional.of(to + name.substring(from.length()));
      }
    }
    return Optional.empty();
  }
}
