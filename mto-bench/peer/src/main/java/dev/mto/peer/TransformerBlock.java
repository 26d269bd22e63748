package dev.mto.peer;

import static org.bytedeco.pytorch.global.torch.cat;
import static org.bytedeco.pytorch.global.torch.gelu;
import static org.bytedeco.pytorch.global.torch.layer_norm;
import static org.bytedeco.pytorch.global.torch.linear;

import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptional;
import org.bytedeco.pytorch.TensorVector;

/** Pre-norm block with layer scale: x += g1 * attention(norm(x)), x += g2 * mlp(norm(x)). */
final class TransformerBlock {

  private static final double NORM_EPSILON = 1e-6;

  private final VitShape shape;
  private final Weights weights;
  private final String prefix;

  TransformerBlock(VitShape shape, Weights weights, int index) {
    this.shape = shape;
    this.weights = weights;
    this.prefix = "encoder.blocks." + index + ".";
  }

  /**
   * @param x tokens [B, T, D]
   * @param positionBias [H, T, T], added to the attention scores
   */
  Tensor forward(Tensor x, Tensor positionBias) {
    Tensor attended = attention(norm(x, weights, prefix + "norm1"), positionBias);
    Tensor y = x.add(attended.mul(weight("gamma_1")));
    return y.add(mlp(norm(y, weights, prefix + "norm2")).mul(weight("gamma_2")));
  }

  /**
   * Layer normalisation over the last axis with the weights {@code name.weight} and {@code .bias}.
   */
  static Tensor norm(Tensor x, Weights weights, String name) {
    Tensor gain = weights.get(name + ".weight");
    return layer_norm(
        x,
        new long[] {gain.size(0)},
        new TensorOptional(gain),
        new TensorOptional(weights.get(name + ".bias")),
        NORM_EPSILON,
        false);
  }

  private Tensor attention(Tensor x, Tensor positionBias) {
    long batch = x.size(0);
    long tokens = x.size(1);
    Tensor queryBias = weight("attn.q_bias");
    Tensor bias = // the key has none
        cat(new TensorVector(queryBias, queryBias.new_zeros(shape.dim()), weight("attn.v_bias")));
    TensorVector qkv =
        linear(x, weight("attn.qkv.weight"), new TensorOptional(bias)) // [B, T, 3D]
            .view(batch, tokens, 3, shape.heads(), shape.headDim())
            .permute(2, 0, 3, 1, 4) // [3, B, H, T, D/H]
            .unbind(0);
    Tensor query = qkv.get(0).mul(new Scalar(1 / Math.sqrt(shape.headDim())));
    Tensor scores = query.matmul(qkv.get(1).transpose(2, 3)).add_(positionBias); // [B, H, T, T]
    Tensor mixed =
        scores
            .softmax(-1)
            .matmul(qkv.get(2)) // [B, H, T, D/H]
            .transpose(1, 2)
            .reshape(batch, tokens, shape.dim());
    return linear(mixed, weight("attn.proj.weight"), new TensorOptional(weight("attn.proj.bias")));
  }

  private Tensor mlp(Tensor x) {
    Tensor hidden =
        gelu(linear(x, weight("mlp.fc1.weight"), new TensorOptional(weight("mlp.fc1.bias"))));
    return linear(hidden, weight("mlp.fc2.weight"), new TensorOptional(weight("mlp.fc2.bias")));
  }

  private Tensor weight(String name) {
    return weights.get(prefix + name);
  }
}
