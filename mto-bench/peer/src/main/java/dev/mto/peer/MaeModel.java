package dev.mto.peer;

import static org.bytedeco.pytorch.global.torch.cat;
import static org.bytedeco.pytorch.global.torch.var;

import java.util.ArrayList;
import java.util.List;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.ScalarTypeOptional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorVector;

/**
 * MAE, as in the official implementation: the encoder sees the visible patches alone, the decoder
 * gets the mask token for the others and predicts pixels. The visible patches keep image order,
 * which changes no value of a model whose positions are added before.
 */
final class MaeModel implements Model {

  private static final double PIXEL_EPSILON = 1e-6;

  private final int window;
  private final int patch;
  private final boolean normPix;
  private final Weights weights;
  private final Layers layers;
  private final List<TransformerBlock> encoder;
  private final List<TransformerBlock> decoder;
  private final Tensor encoderPositions;
  private final Tensor decoderPositions;

  /**
   * @param window patches along one side of an image
   * @param patch side of a patch in pixels
   * @param normPix whether each patch's target is normalised by its own mean and deviation
   */
  MaeModel(int window, int patch, int heads, int decoderHeads, boolean normPix, Weights weights) {
    this.window = window;
    this.patch = patch;
    this.normPix = normPix;
    this.weights = weights;
    this.layers = new Layers(weights);
    this.encoder = TransformerBlock.all(weights, "blocks.", heads);
    this.decoder = TransformerBlock.all(weights, "decoder_blocks.", decoderHeads);
    this.encoderPositions =
        positions(window, weights.get("cls_token")).narrow(1, 1, (long) window * window);
    this.decoderPositions = positions(window, weights.get("mask_token"));
  }

  @Override
  public Forward forward(Tensor images, PatchMask mask) {
    Tensor latent = encode(images, mask);
    Tensor before = withMaskTokens(layers.affine(latent, "decoder_embed"), mask);
    Tensor x = before.add(decoderPositions);
    List<Tensor> tokens = new ArrayList<>();
    tokens.add(x);
    for (TransformerBlock block : decoder) {
      x = block.forward(x, null);
      tokens.add(x);
    }
    Tensor patches = layers.norm(x, "decoder_norm").narrow(1, 1, x.size(1) - 1);
    Tensor predicted = layers.affine(patches, "decoder_pred"); // [B, N, P P 3]
    return new Forward(maskedSquaredError(images, predicted, mask), before, tokens);
  }

  private static Tensor positions(int window, Tensor token) {
    return SinCosPositions.table(window, (int) token.size(2)).to(token.scalar_type());
  }

  /** Latent tokens [B, 1 + V, D] after the encoder's norm. */
  private Tensor encode(Tensor images, PatchMask mask) {
    Tensor embedded =
        layers.patchEmbedding(images, patch, "patch_embed.proj").add(encoderPositions);
    Tensor visible = selected(embedded, mask.visibleRows());
    Tensor classToken = weights.get("cls_token").expand(images.size(0), -1, -1);
    Tensor x = cat(new TensorVector(classToken, visible), 1);
    for (TransformerBlock block : encoder) {
      x = block.forward(x, null);
    }
    return layers.norm(x, "norm");
  }

  /** (B, 1 + V, E) -> (B, T, E) in image order. */
  private Tensor withMaskTokens(Tensor embedded, PatchMask mask) {
    Tensor visible = embedded.narrow(1, 1, mask.visibleCount());
    Tensor hidden = weights.get("mask_token").expand(mask.batch(), mask.maskedCount(), -1);
    Tensor patches =
        selected(cat(new TensorVector(visible, hidden), 1), mask.restoringRows()); // [B, N, E]
    return cat(new TensorVector(embedded.narrow(1, 0, 1), patches), 1);
  }

  private static Tensor selected(Tensor tokens, Tensor rows) {
    return tokens.flatten(0, 1).index_select(0, rows).view(tokens.size(0), -1, tokens.size(2));
  }

  private Tensor maskedSquaredError(Tensor images, Tensor predicted, PatchMask mask) {
    Tensor masked = mask.masked().squeeze(2); // [B, N]
    Tensor errors = predicted.sub(target(images)).square().mean(-1);
    return errors.mul(masked).sum().div(masked.sum());
  }

  /** [B, N, P P 3], channel last inside a patch. */
  private Tensor target(Tensor images) {
    Tensor pixels =
        images
            .view(images.size(0), images.size(1), window, patch, window, patch)
            .permute(0, 2, 4, 3, 5, 1)
            .reshape(images.size(0), (long) window * window, -1);
    if (!normPix) {
      return pixels;
    }
    Tensor mean = pixels.mean(new long[] {-1}, true, new ScalarTypeOptional());
    Tensor variance = var(pixels, new long[] {-1}, true, true);
    return pixels.sub(mean).div(variance.add(new Scalar(PIXEL_EPSILON)).sqrt());
  }
}
