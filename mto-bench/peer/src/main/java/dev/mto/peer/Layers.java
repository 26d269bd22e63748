package dev.mto.peer;

import static org.bytedeco.pytorch.global.torch.layer_norm;
import static org.bytedeco.pytorch.global.torch.linear;
import static org.bytedeco.pytorch.global.torch.pixel_unshuffle;

import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptional;

/** The layers that models and blocks are made of, by the names of their weights. */
final class Layers {

  private static final double NORM_EPSILON = 1e-6;

  private final Weights weights;

  Layers(Weights weights) {
    this.weights = weights;
  }

  /** Layer normalisation over the last axis. */
  Tensor norm(Tensor x, String name) {
    Tensor gain = weights.get(name + ".weight");
    return layer_norm(
        x,
        new long[] {gain.size(0)},
        new TensorOptional(gain),
        new TensorOptional(weights.get(name + ".bias")),
        NORM_EPSILON,
        false);
  }

  /** x W' + b on the last axis; a convolution's kernel counts as the matrix [out, in * k * k]. */
  Tensor affine(Tensor x, String name) {
    return affine(x, weights.get(name + ".weight"), weights.get(name + ".bias"));
  }

  /** The same with weights that are given. */
  static Tensor affine(Tensor x, Tensor kernel, Tensor bias) {
    return linear(
        x, Autocast.operand(kernel.flatten(1, -1)), new TensorOptional(Autocast.operand(bias)));
  }

  /**
   * Embeds patches as a convolution whose stride is its kernel.
   *
   * @param images [B, 3, S, S]
   * @return [B, N, D]
   */
  Tensor patchEmbedding(Tensor images, int patch, String name) {
    Tensor pixels = pixel_unshuffle(images, patch).flatten(2, 3).transpose(1, 2).contiguous();
    return affine(pixels, name);
  }
}
