package dev.mto.models;

import java.util.List;
import org.nd4j.autodiff.samediff.SDVariable;

/**
 * What passed through the blocks of an encoder.
 *
 * @param patchTokens h⁰ (input of the first block), h¹ … hᴸ (output of each block, before the final
 *     norm), each [B, N, D] without the class token
 */
public record Trace(List<SDVariable> patchTokens) {
  /** Copies the list. */
  public Trace {
    patchTokens = List.copyOf(patchTokens);
  }
}
