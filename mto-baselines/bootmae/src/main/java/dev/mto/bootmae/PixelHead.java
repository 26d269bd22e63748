package dev.mto.bootmae;

import dev.mto.models.Initializer;
import dev.mto.models.Parameters;
import dev.mto.models.Rows;
import dev.mto.models.VitConfig;
import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.autodiff.samediff.SameDiff;

/**
 * A token to the pixels of its patch: a transposed convolution whose stride is its kernel, which is
 * a linear layer with one bias for each channel.
 */
final class PixelHead {
  private final Rows rows;
  private final VitConfig vit;
  private final int dim;
  private final SDVariable weight;
  private final SDVariable bias;

  /** Declares {@code lm_head.proj.weight} [E, C, P, P] and {@code lm_head.proj.bias} [C]. */
  PixelHead(SameDiff graph, VitConfig vit, int dim, Parameters parameters) {
    this.rows = new Rows(graph, parameters.type());
    this.vit = vit;
    this.dim = dim;
    int side = vit.patch();
    this.weight =
        parameters.declare(
            "lm_head.proj.weight", Initializer.kaimingUniform(), dim, vit.channels(), side, side);
    this.bias =
        parameters.declare(
            "lm_head.proj.bias",
            Initializer.uniform(1 / Math.sqrt(vit.patchValues())),
            vit.channels());
  }

  /** Tokens [R, E] to patches [R, C*P*P]: channel, row, column. */
  SDVariable apply(SDVariable tokens) {
    SDVariable kernel = weight.reshape(dim, vit.patchValues());
    int pixels = vit.patch() * vit.patch();
    // (C) -> (C, P*P) -> (C*P*P)
    SDVariable biases = bias.reshape(vit.channels(), 1).mmul(rows.ones(pixels)).reshape(-1);
    return tokens.mmul(kernel).add(Rows.outer(rows.column(tokens), biases));
  }
}
