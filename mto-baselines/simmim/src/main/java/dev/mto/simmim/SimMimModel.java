package dev.mto.simmim;

import dev.mto.data.ImageBatch;
import dev.mto.data.random.RandomStream;
import dev.mto.engine.Model;
import dev.mto.engine.PixelReference;
import dev.mto.engine.Prediction;
import dev.mto.engine.TokenGroup;
import dev.mto.engine.TrainingPosition;
import dev.mto.engine.graph.Feeds;
import dev.mto.models.DropPath;
import dev.mto.models.EncoderOutput;
import dev.mto.models.Initializer;
import dev.mto.models.Linear;
import dev.mto.models.Parameters;
import dev.mto.models.Patches;
import dev.mto.models.Tokens;
import dev.mto.models.VisionTransformer;
import dev.mto.models.VitConfig;
import java.util.List;
import java.util.Map;
import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * SimMIM with a Vision Transformer (Xie et al., "SimMIM: a Simple Framework for Masked Image
 * Modeling", CVPR 2022): masked patches become one learned token, the encoder sees all tokens, and
 * a linear head predicts the raw pixels of the masked patches. Shapes: B images, N patches, D
 * width, C channels, P pixels a side of a patch.
 */
final class SimMimModel implements Model {
  static final String ENCODER = "encoder.";

  private static final String DROP_PATH = "dropPath";

  /** Keeps the loss finite when nothing is masked. */
  private static final double EPSILON = 1e-5;

  private final VitConfig vit;
  private final long seed;
  private final Outputs outputs;

  final SDVariable loss; // a scalar
  final EncoderOutput encoded;
  final SDVariable picture; // the predicted image [B, C, H, W]

  /**
   * Builds the graph. Its placeholders are {@code images}, {@code mask} and, when the model has
   * stochastic depth, {@code dropPath}; its loss is named {@code loss.ss}.
   *
   * @param seed of stochastic depth
   */
  SimMimModel(VitConfig vit, long seed, Parameters parameters) {
    this.vit = vit;
    this.seed = seed;
    SDVariable images = parameters.placeholder(Feeds.IMAGES, vit.imageShape());
    SDVariable mask = parameters.placeholder(Feeds.MASK, -1, vit.patches());
    SDVariable dropPath =
        vit.dropPath() == 0 ? null : parameters.placeholder(DROP_PATH, 2L * vit.depth(), -1);
    VisionTransformer encoder =
        new VisionTransformer(vit, VisionTransformer.Options.beit(vit, false), parameters, ENCODER);
    Linear head = head(parameters);
    SDVariable maskToken =
        parameters.declare(ENCODER + "mask_token", vit.firstWeights(), 1, 1, vit.dim());

    Patches cut = new Patches(vit);
    SDVariable patches = cut.split(images);
    SDVariable tokens = Tokens.replaceMasked(encoder.embed(patches), mask, maskToken);
    encoded = encoder.encode(tokens, dropPath);
    SDVariable predicted = head.rows(encoded.patches().reshape(-1, vit.dim()));
    loss = maskedL1(patches, predicted, mask);
    picture = cut.join(predicted);

    List<SDVariable> layers = encoded.layers();
    outputs =
        Outputs.of(
            mask,
            loss,
            new TokenGroup("", "encoder", layers.get(0), layers),
            encoded.patches(),
            List.of(new Prediction("", "predicted pixels of masked patches", picture)));
  }

  /** A 1x1 convolution with PyTorch's first values: tokens [R, D] to patches [R, C*P*P]. */
  private Linear head(Parameters parameters) {
    int dim = vit.dim();
    long pixels = vit.patchValues();
    return new Linear(
        parameters
            .declare("decoder.0.weight", Initializer.kaimingUniform(), pixels, dim, 1, 1)
            .reshape(pixels, dim),
        parameters.declare("decoder.0.bias", Initializer.uniform(1 / Math.sqrt(dim)), pixels));
  }

  /**
   * The mean absolute error over the masked pixels of the whole batch and all channels.
   *
   * @param patches the pixels of every patch [B*N, C*P*P]
   * @param predicted the same, predicted
   */
  private SDVariable maskedL1(SDVariable patches, SDVariable predicted, SDVariable mask) {
    SDVariable errors = mask.getSameDiff().math().abs(patches.sub(predicted));
    // a patch's error weighs by the mask: (1, B*N) x (B*N, C*P*P), added up
    SDVariable masked = mask.reshape(1, -1).mmul(errors).sum();
    SDVariable pixels = mask.sum().mul(vit.patch() * vit.patch()).add(EPSILON);
    return masked.div(pixels).div(vit.channels()).rename("loss.ss");
  }

  @Override
  public Outputs outputs() {
    return outputs;
  }

  /** The official rule for the ViT: all but vectors, biases and the class token. */
  @Override
  public boolean decayed(String parameter, int rank) {
    return Model.super.decayed(parameter, rank) && !parameter.equals(ENCODER + "cls_token");
  }

  @Override
  public Map<String, INDArray> trainingFeeds(
      ImageBatch batch, TrainingPosition at, int microBatch) {
    Map<String, INDArray> feeds = Feeds.imagesAndMask(batch, vit.patches());
    if (vit.dropPath() != 0) {
      feeds.put(
          DROP_PATH,
          DropPath.sample(
              vit.depth(),
              vit.dropPath(),
              batch.size(),
              DataType.FLOAT,
              RandomStream.of(seed, "drop_path", at.step(), microBatch)));
    }
    return feeds;
  }

  @Override
  public Map<String, INDArray> evaluationFeeds(ImageBatch batch) {
    Map<String, INDArray> feeds = Feeds.imagesAndMask(batch, vit.patches());
    if (vit.dropPath() != 0) {
      feeds.put(DROP_PATH, DropPath.keepAll(vit.depth(), batch.size(), DataType.FLOAT));
    }
    return feeds;
  }

  @Override
  public double referenceLoss(ImageBatch batch, TrainingPosition at) {
    return new PixelReference(batch, vit).fromVisibleMean(Math::abs);
  }
}
