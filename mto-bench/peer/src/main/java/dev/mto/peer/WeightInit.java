package dev.mto.peer;

import static org.bytedeco.pytorch.global.torch.torch_ones;
import static org.bytedeco.pytorch.global.torch.torch_rand;
import static org.bytedeco.pytorch.global.torch.torch_zeros;

import java.util.LinkedHashMap;
import java.util.Map;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;

/**
 * Official SimMIM initialisation: normal of deviation 0.02 cut at one deviation, see {@link #of}.
 */
final class WeightInit {

  private static final double DEVIATION = 0.02;
  private static final double ERF_OF_ONE_DEVIATION = 0.6826894921370859;
  private static final double LAYER_SCALE = 0.1;

  private final Map<String, Tensor> weights = new LinkedHashMap<>();
  private final VitShape shape;

  private WeightInit(VitShape shape) {
    this.shape = shape;
  }

  /**
   * Fresh float32 weights. Residual projections of block i (from 1) are divided by sqrt(2 i);
   * biases and the relative table are zero; the head keeps libtorch's convolution default.
   */
  static Weights of(VitShape shape) {
    WeightInit init = new WeightInit(shape);
    init.embedding();
    for (int block = 0; block < shape.depth(); block++) {
      init.block(block);
    }
    init.norm("encoder.norm");
    init.head();
    return new Weights(init.weights);
  }

  private void embedding() {
    int dim = shape.dim();
    weights.put("encoder.cls_token", truncatedNormal(1, 1, dim));
    weights.put("encoder.mask_token", truncatedNormal(1, 1, dim));
    weights.put(
        "encoder.patch_embed.proj.weight",
        truncatedNormal(dim, VitShape.CHANNELS, shape.patch(), shape.patch()));
    weights.put("encoder.patch_embed.proj.bias", torch_zeros(dim));
    weights.put(
        "encoder.rel_pos_bias.relative_position_bias_table",
        torch_zeros(RelativePositions.tableRows(shape.window()), shape.heads()));
  }

  private void block(int block) {
    String prefix = "encoder.blocks." + block + ".";
    int dim = shape.dim();
    Scalar residual = new Scalar(1 / Math.sqrt(2.0 * (block + 1)));
    weights.put(prefix + "gamma_1", torch_ones(dim).mul_(new Scalar(LAYER_SCALE)));
    weights.put(prefix + "gamma_2", torch_ones(dim).mul_(new Scalar(LAYER_SCALE)));
    norm(prefix + "norm1");
    weights.put(prefix + "attn.q_bias", torch_zeros(dim));
    weights.put(prefix + "attn.v_bias", torch_zeros(dim));
    weights.put(prefix + "attn.qkv.weight", truncatedNormal(3L * dim, dim));
    weights.put(prefix + "attn.proj.weight", truncatedNormal(dim, dim).mul_(residual));
    weights.put(prefix + "attn.proj.bias", torch_zeros(dim));
    norm(prefix + "norm2");
    weights.put(prefix + "mlp.fc1.weight", truncatedNormal(shape.hidden(), dim));
    weights.put(prefix + "mlp.fc1.bias", torch_zeros(shape.hidden()));
    weights.put(prefix + "mlp.fc2.weight", truncatedNormal(dim, shape.hidden()).mul_(residual));
    weights.put(prefix + "mlp.fc2.bias", torch_zeros(dim));
  }

  private void norm(String name) {
    weights.put(name + ".weight", torch_ones(shape.dim()));
    weights.put(name + ".bias", torch_zeros(shape.dim()));
  }

  private void head() {
    double bound = 1 / Math.sqrt(shape.dim());
    weights.put("decoder.0.weight", uniform(bound, shape.patchValues(), shape.dim(), 1, 1));
    weights.put("decoder.0.bias", uniform(bound, shape.patchValues()));
  }

  private static Tensor truncatedNormal(long... sizes) {
    return uniform(ERF_OF_ONE_DEVIATION, sizes)
        .erfinv_()
        .mul_(new Scalar(Math.sqrt(2) * DEVIATION));
  }

  private static Tensor uniform(double bound, long... sizes) {
    return torch_rand(sizes).mul_(new Scalar(2 * bound)).sub_(new Scalar(bound));
  }
}
