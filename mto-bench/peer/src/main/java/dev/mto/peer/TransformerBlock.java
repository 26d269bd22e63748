package dev.mto.peer;

import static org.bytedeco.pytorch.global.torch.baddbmm;
import static org.bytedeco.pytorch.global.torch.cat;
import static org.bytedeco.pytorch.global.torch.gelu;
import static org.bytedeco.pytorch.global.torch.scaled_dot_product_attention;

import java.util.List;
import java.util.stream.IntStream;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorVector;

/**
 * Pre-norm block: x += g1 * attention(norm(x)), x += g2 * mlp(norm(x)). Which weights there are
 * decides on the rest: layer scales g1 and g2, and a bias of query, key and value or of query and
 * value only.
 *
 * <p>Attention without position bias runs in libtorch's fused kernel. A trained bias needs a
 * gradient, for which that kernel falls back to one product after the other and is slower than the
 * composed form here.
 */
final class TransformerBlock {

  private final Weights weights;
  private final Layers layers;
  private final String prefix;
  private final int heads;

  /**
   * @param prefix of the weights' names, with its dot
   */
  TransformerBlock(Weights weights, String prefix, int heads) {
    this.weights = weights;
    this.layers = new Layers(weights);
    this.prefix = prefix;
    this.heads = heads;
  }

  /** All blocks whose weights are called {@code prefix0.} {@code prefix1.} …. */
  static List<TransformerBlock> all(Weights weights, String prefix, int heads) {
    return IntStream.range(0, weights.blocks(prefix))
        .mapToObj(i -> new TransformerBlock(weights, prefix + i + ".", heads))
        .toList();
  }

  /**
   * Applies the block.
   *
   * @param x tokens [B, T, D]
   * @param positionBias [H, T, T], added to the attention scores; or null
   */
  Tensor forward(Tensor x, Tensor positionBias) {
    Tensor attended = attention(layers.norm(x, prefix + "norm1"), positionBias);
    Tensor y = x.add(scaled(attended, "gamma_1"));
    return y.add(scaled(mlp(layers.norm(y, prefix + "norm2")), "gamma_2"));
  }

  private Tensor scaled(Tensor branch, String gamma) {
    return weights.has(prefix + gamma) ? branch.mul(weights.get(prefix + gamma)) : branch;
  }

  private Tensor attention(Tensor x, Tensor positionBias) {
    long batch = x.size(0);
    long tokens = x.size(1);
    long dim = x.size(2);
    TensorVector qkv =
        Layers.affine(x, weights.get(prefix + "attn.qkv.weight"), qkvBias(dim))
            .view(batch, tokens, 3, heads, dim / heads) // (B, T, 3D) -> (B, T, 3, H, D/H)
            .permute(2, 0, 3, 1, 4) // [3, B, H, T, D/H]
            .unbind(0);
    Tensor mixed =
        positionBias == null && !Autocast.active()
            ? scaled_dot_product_attention(qkv.get(0), qkv.get(1), qkv.get(2))
            : composed(qkv, positionBias, dim / heads); // [B, H, T, D/H]
    return layers.affine(mixed.transpose(1, 2).reshape(batch, tokens, dim), prefix + "attn.proj");
  }

  private static Tensor composed(TensorVector qkv, Tensor positionBias, long headDim) {
    Scalar scale = new Scalar(1 / Math.sqrt((double) headDim));
    if (positionBias != null && Autocast.active()) {
      return biased(qkv, positionBias, scale);
    }
    Tensor scores = qkv.get(0).mul(scale).matmul(qkv.get(1).transpose(2, 3)); // [B, H, T, T]
    if (positionBias != null) {
      scores.add_(positionBias);
    }
    return scores.softmax(-1).matmul(qkv.get(2));
  }

  /** Bias and factor as part of the product, in bfloat16: a tenth less time for attention. */
  private static Tensor biased(TensorVector qkv, Tensor positionBias, Scalar scale) {
    Tensor query = qkv.get(0);
    Tensor everyImage = positionBias.unsqueeze(0).expand(query.size(0), -1, -1, -1);
    Tensor scores =
        baddbmm(
            everyImage.flatten(0, 1),
            query.flatten(0, 1),
            qkv.get(1).flatten(0, 1).transpose(1, 2),
            new Scalar(1.0),
            scale);
    return scores.softmax(-1).view(query.size(0), query.size(1), query.size(2), -1).matmul(qkv.get(2));
  }

  private Tensor qkvBias(long dim) {
    if (weights.has(prefix + "attn.qkv.bias")) {
      return weights.get(prefix + "attn.qkv.bias");
    }
    Tensor query = weights.get(prefix + "attn.q_bias");
    Tensor value = weights.get(prefix + "attn.v_bias");
    return cat(new TensorVector(query, query.new_zeros(dim), value)); // the key has none
  }

  private Tensor mlp(Tensor x) {
    return layers.affine(gelu(layers.affine(x, prefix + "mlp.fc1")), prefix + "mlp.fc2");
  }
}
