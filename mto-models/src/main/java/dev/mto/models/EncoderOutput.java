package dev.mto.models;

import java.util.List;
import org.nd4j.autodiff.samediff.SDVariable;

/**
 * The result of an encoder.
 *
 * @param blocks output of every block [B, 1+N, D], before the final norm, the class token first
 * @param tokens all tokens [B, 1+N, D] after the final norm, the class token first
 * @param patches the patch tokens of {@code tokens} [B, N, D]
 * @param trace the tokens at every depth
 */
public record EncoderOutput(
    List<SDVariable> blocks, SDVariable tokens, SDVariable patches, Trace trace) {
  /** Copies the list. */
  public EncoderOutput {
    blocks = List.copyOf(blocks);
  }
}
