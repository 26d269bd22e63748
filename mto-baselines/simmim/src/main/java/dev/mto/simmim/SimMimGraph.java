package dev.mto.simmim;

import java.util.List;
import org.nd4j.autodiff.samediff.SDVariable;

/**
 * SimMIM as a graph. Shapes: B images, N patches, D width, C channels, H x W pixels.
 *
 * @param images placeholder [B, C, H, W] of normalised pixels
 * @param mask placeholder [B, N], 1 = masked, 0 = visible
 * @param dropPath placeholder [2*depth, B] of stochastic depth's factors; null when the model drops
 *     nothing
 * @param prediction the predicted image [B, C, H, W]
 * @param loss the reconstruction loss, a scalar
 * @param tokens h⁰ (the mask token in place of masked patches), h¹ … hᴸ, each [B, N, D]
 * @param features patch tokens [B, N, D] after the encoder's final norm
 */
public record SimMimGraph(
    SDVariable images,
    SDVariable mask,
    SDVariable dropPath,
    SDVariable prediction,
    SDVariable loss,
    List<SDVariable> tokens,
    SDVariable features) {
  /** Copies the list. */
  public SimMimGraph {
    tokens = List.copyOf(tokens);
  }
}
