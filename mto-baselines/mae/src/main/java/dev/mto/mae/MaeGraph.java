package dev.mto.mae;

import java.util.List;
import org.nd4j.autodiff.samediff.SDVariable;

/**
 * MAE as a graph. Shapes: B images, N patches, V visible ones, D and E width of encoder and
 * decoder, C channels, H x W pixels, P pixels a side of a patch.
 *
 * @param images placeholder [B, C, H, W] of normalised pixels
 * @param mask placeholder [B, N], 1 = masked, 0 = visible
 * @param selection placeholder [B, V, N], one-hot rows of the visible patches
 * @param latent the encoder's tokens [B, 1+V, D] after its norm, the class token first
 * @param target what is predicted [B*N, P*P*C], channel last: pixels, or normalised pixels
 * @param predicted the same, predicted
 * @param loss the reconstruction loss, a scalar
 * @param beforePosition the decoder's tokens [B, N, E] before positions are added
 * @param tokens h⁰ (the decoder's input with positions), h¹ … hᴸ, each [B, N, E]
 * @param features patch tokens [B, N, D] of the encoder, nothing masked
 * @param picture predicted image [B, C, H, W]; with norm-pix loss in statistics from visible
 *     patches
 * @param pictureOfOriginalStatistics the same in statistics of the original patches; null without
 *     norm-pix loss
 */
public record MaeGraph(
    SDVariable images,
    SDVariable mask,
    SDVariable selection,
    SDVariable latent,
    SDVariable target,
    SDVariable predicted,
    SDVariable loss,
    SDVariable beforePosition,
    List<SDVariable> tokens,
    SDVariable features,
    SDVariable picture,
    SDVariable pictureOfOriginalStatistics) {
  /** Copies the list. */
  public MaeGraph {
    tokens = List.copyOf(tokens);
  }
}
