package dev.mto.peer;

import static org.bytedeco.pytorch.global.torch.cat;
import static org.bytedeco.pytorch.global.torch.linear;
import static org.bytedeco.pytorch.global.torch.pixel_shuffle;
import static org.bytedeco.pytorch.global.torch.pixel_unshuffle;
import static org.bytedeco.pytorch.global.torch.tensor;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.bytedeco.pytorch.LongOptional;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptional;
import org.bytedeco.pytorch.TensorVector;

/**
 * SimMIM with a Vision Transformer, as in the official implementation: masked patch embeddings
 * become the mask token, no absolute position, one relative position bias for all blocks, a linear
 * head whose values are pixel-shuffled to the image. Drop path is off.
 */
final class SimMimModel {

  private static final double LOSS_EPSILON = 1e-5;

  private final VitShape shape;
  private final Weights weights;
  private final Tensor positionIndex;
  private final List<TransformerBlock> blocks;

  SimMimModel(VitShape shape, Weights weights) {
    this.shape = shape;
    this.weights = weights;
    this.positionIndex = tensor(RelativePositions.index(shape.window()));
    this.blocks =
        IntStream.range(0, shape.depth())
            .mapToObj(index -> new TransformerBlock(shape, weights, index))
            .toList();
  }

  /**
   * @param loss masked L1, a scalar
   * @param layers tokens [B, T, D], class token first: input of block 0, then each block's output
   */
  record Forward(Tensor loss, List<Tensor> layers) {}

  /** Reconstruction of {@code images} [B, 3, S, S] and its loss on the masked pixels. */
  Forward forward(Tensor images, PatchMask mask) {
    Tensor bias = positionBias();
    List<Tensor> layers = new ArrayList<>();
    Tensor x = tokens(images, mask);
    layers.add(x);
    for (TransformerBlock block : blocks) {
      x = block.forward(x, bias);
      layers.add(x);
    }
    Tensor prediction = predict(TransformerBlock.norm(x, weights, "encoder.norm"));
    return new Forward(maskedL1(images, prediction, mask), List.copyOf(layers));
  }

  private Tensor tokens(Tensor images, PatchMask mask) {
    Tensor kernel = weights.get("encoder.patch_embed.proj.weight");
    Tensor embedded = // a convolution whose stride is its kernel
        linear(
            patches(images),
            kernel.view(shape.dim(), shape.patchValues()),
            new TensorOptional(weights.get("encoder.patch_embed.proj.bias")));
    Tensor masked = mask.masked();
    Tensor blended =
        embedded
            .mul(masked.neg().add_(new Scalar(1.0)))
            .add(masked.mul(weights.get("encoder.mask_token")));
    Tensor classToken = weights.get("encoder.cls_token").expand(images.size(0), 1, shape.dim());
    return cat(new TensorVector(classToken, blended), 1); // [B, T, D]
  }

  /** (B, 3, S, S) -> (B, N, 3 P P), channel-major inside a patch. */
  private Tensor patches(Tensor images) {
    return pixel_unshuffle(images, shape.patch()).flatten(2, 3).transpose(1, 2).contiguous();
  }

  private Tensor positionBias() {
    long width = shape.tokens() + 1L;
    return weights
        .get("encoder.rel_pos_bias.relative_position_bias_table")
        .index_select(0, positionIndex)
        .view(width, width, shape.heads())
        .permute(2, 0, 1)
        .contiguous(); // [H, T, T]
  }

  private Tensor predict(Tensor encoded) {
    Tensor kernel = weights.get("decoder.0.weight");
    Tensor values =
        linear(
            encoded.narrow(1, 1, shape.tokens()),
            kernel.view(shape.patchValues(), shape.dim()),
            new TensorOptional(weights.get("decoder.0.bias"))); // [B, N, 3 P P]
    Tensor grid =
        values
            .transpose(1, 2)
            .reshape(encoded.size(0), shape.patchValues(), shape.window(), shape.window());
    return pixel_shuffle(grid, shape.patch()); // [B, 3, S, S]
  }

  private Tensor maskedL1(Tensor images, Tensor prediction, PatchMask mask) {
    LongOptional none = new LongOptional();
    Tensor pixels =
        mask.masked()
            .view(images.size(0), 1, shape.window(), shape.window())
            .repeat_interleave(shape.patch(), new LongOptional(2), none)
            .repeat_interleave(shape.patch(), new LongOptional(3), none); // [B, 1, S, S]
    Tensor sum = images.sub(prediction).abs().mul(pixels).sum();
    return sum.div(pixels.sum().add_(new Scalar(LOSS_EPSILON)))
        .div(new Scalar((double) VitShape.CHANNELS));
  }
}
