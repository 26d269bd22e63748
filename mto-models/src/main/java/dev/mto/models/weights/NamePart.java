package dev.mto.models.weights;

import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * How a name of MAE begins in the official implementation and in Hugging Face's transformers. What
 * follows is equal.
 */
record NamePart(String official, String huggingFace) {
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

  /** A whole name, or that of a block with its dot, or nothing where it is not MAE's. */
  static Optional<String> toHuggingFace(String official) {
    return translate(official, false);
  }

  /** The reverse. */
  static Optional<String> toOfficial(String huggingFace) {
    return translate(huggingFace, true);
  }

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
