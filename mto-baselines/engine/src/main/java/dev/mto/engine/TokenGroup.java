package dev.mto.engine;

import java.util.List;
import org.nd4j.autodiff.samediff.SDVariable;

/**
 * Token tensors of one encoder or decoder, without class tokens, in image order.
 *
 * @param name empty for a method's only group; otherwise the suffix of its metrics, e.g. {@code
 *     pixel}
 * @param module what the blocks belong to, for people: {@code encoder}, {@code pixel decoder}
 * @param beforePosition initial tokens [B, N, D] before a position table is added
 * @param layers h⁰ (input of block 0), h¹ … hᴸ (block outputs), each [B, N, D]
 */
public record TokenGroup(
    String name, String module, SDVariable beforePosition, List<SDVariable> layers) {
  /** Copies the list. */
  public TokenGroup {
    layers = List.copyOf(layers);
  }
}
