package dev.mto.peer;

import static org.bytedeco.pytorch.global.torch.cat;
import static org.bytedeco.pytorch.global.torch.pixel_shuffle;
import static org.bytedeco.pytorch.global.torch.tensor;

import java.util.ArrayList;
import java.util.List;
import org.bytedeco.pytorch.LongOptional;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorVector;

/**
 * SimMIM with a Vision Transformer, as in the official implementation: masked patch embeddings
 * become the mask token, no absolute position, one relative position bias for all blocks, a linear
 * head whose values are pixel-shuffled to the image. Drop path is off.
 */
final class SimMimModel implements Model {

  private static final double LOSS_EPSILON = 1e-5;
  private static final String TABLE = "encoder.rel_pos_bias.relative_position_bias_table";

  private final int patch;
  private final Weights weights;
  private final Layers layers;
  private final int window;
  private final Tensor positionIndex;
  private final List<TransformerBlock> blocks;

  /**
   * @param window patches along one side of an image
   * @param patch side of a patch in pixels
   */
  SimMimModel(int window, int patch, int heads, Weights weights) {
    this.patch = patch;
    this.weights = weights;
    this.layers = new Layers(weights);
    this.window = window;
    this.positionIndex = tensor(RelativePositions.index(window));
    this.blocks = TransformerBlock.all(weights, "encoder.blocks.", heads);
  }

  @Override
  public Forward forward(Tensor images, PatchMask mask) {
    Tensor bias = positionBias();
    List<Tensor> tokens = new ArrayList<>();
    Tensor x = tokens(images, mask);
    tokens.add(x);
    for (TransformerBlock block : blocks) {
      x = block.forward(x, bias);
      tokens.add(x);
    }
    Tensor prediction = predict(layers.norm(x, "encoder.norm"));
    return new Forward(maskedL1(images, prediction, mask), tokens.get(0), tokens);
  }

  private Tensor tokens(Tensor images, PatchMask mask) {
    Tensor embedded = layers.patchEmbedding(images, patch, "encoder.patch_embed.proj");
    Tensor masked = mask.masked();
    Tensor blended =
        embedded
            .mul(masked.neg().add_(new Scalar(1.0)))
            .add(masked.mul(weights.get("encoder.mask_token")));
    Tensor classToken = weights.get("encoder.cls_token").expand(images.size(0), -1, -1);
    return cat(new TensorVector(classToken, blended), 1); // [B, T, D]
  }

  private Tensor positionBias() {
    long width = (long) window * window + 1;
    return weights
        .get(TABLE)
        .index_select(0, positionIndex)
        .view(width, width, -1)
        .permute(2, 0, 1)
        .contiguous(); // [H, T, T]
  }

  private Tensor predict(Tensor encoded) {
    Tensor patches = encoded.narrow(1, 1, encoded.size(1) - 1);
    Tensor values = layers.affine(patches, "decoder.0"); // [B, N, 3 P P]
    Tensor grid = values.transpose(1, 2).reshape(encoded.size(0), -1, window, window);
    return pixel_shuffle(grid, patch); // [B, 3, S, S]
  }

  private Tensor maskedL1(Tensor images, Tensor prediction, PatchMask mask) {
    LongOptional none = new LongOptional();
    Tensor pixels =
        mask.masked()
            .view(images.size(0), 1, window, window)
            .repeat_interleave(patch, new LongOptional(2), none)
            .repeat_interleave(patch, new LongOptional(3), none); // [B, 1, S, S]
    Tensor sum = images.sub(prediction).abs().mul(pixels).sum();
    return sum.div(pixels.sum().add_(new Scalar(LOSS_EPSILON)))
        .div(new Scalar((double) images.size(1)));
  }
}
