package dev.mto.bootmae;

import java.util.List;
import org.nd4j.autodiff.samediff.SDVariable;

/**
 * One decoder with its target. Shapes: B images, N patches, E width of the decoder, K values that
 * are predicted of a patch.
 *
 * @param target [B*N, K]
 * @param predicted [B*N, K]
 * @param loss a scalar
 * @param beforePosition the decoder's tokens [B, N, E] before positions are added to the masked
 * @param tokens h⁰ (the decoder's input with positions), h¹ … hᴸ, each [B, N, E]
 */
public record Branch(
    SDVariable target,
    SDVariable predicted,
    SDVariable loss,
    SDVariable beforePosition,
    List<SDVariable> tokens) {
  /** Copies the list. */
  public Branch {
    tokens = List.copyOf(tokens);
  }
}
