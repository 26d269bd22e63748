package dev.mto.models;

import java.util.ArrayList;
import java.util.List;
import org.nd4j.autodiff.samediff.SDVariable;

/**
 * What an encoder returns. Shapes: B images, T patch tokens that it saw, D width.
 *
 * @param initial h⁰, the patch tokens before the first block [B, T, D]
 * @param blocks h¹ … hᴸ, the output of every block before the final norm [B, 1+T, D], the class
 *     token first
 * @param tokens all tokens after the final norm [B, 1+T, D], the class token first
 * @param patches the patch tokens of {@code tokens} [B, T, D]
 */
public record EncoderOutput(
    SDVariable initial, List<SDVariable> blocks, SDVariable tokens, SDVariable patches) {
  /** Copies the list. */
  public EncoderOutput {
    blocks = List.copyOf(blocks);
  }

  /** Patch tokens h⁰ … hᴸ, each [B, T, D] without the class token: where MTO looks. */
  public List<SDVariable> layers() {
    List<SDVariable> layers = new ArrayList<>();
    layers.add(initial);
    blocks.forEach(block -> layers.add(Tokens.patches(block)));
    return layers;
  }
}
