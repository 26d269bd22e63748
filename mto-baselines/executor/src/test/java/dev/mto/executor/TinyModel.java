package dev.mto.executor;

import dev.mto.losses.MaskedTokenOptimization;
import dev.mto.losses.MtoOptions;
import dev.mto.losses.MtoTerms;
import dev.mto.losses.MtoWeights;
import dev.mto.models.Block;
import dev.mto.models.BlockConfig;
import dev.mto.models.BlockWeights;
import dev.mto.models.ClassToken;
import dev.mto.models.CrossAttentionBlock;
import dev.mto.models.EncoderOutput;
import dev.mto.models.Initializer;
import dev.mto.models.MaskToken;
import dev.mto.models.Parameters;
import dev.mto.models.PatchEmbedding;
import dev.mto.models.PatchStatistics;
import dev.mto.models.Patches;
import dev.mto.models.QkvBias;
import dev.mto.models.Rows;
import dev.mto.models.Sequence;
import dev.mto.models.SimMimHead;
import dev.mto.models.VisibleTokens;
import dev.mto.models.VisionTransformer;
import dev.mto.models.VitConfig;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.autodiff.samediff.SameDiff;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * Models of the real parts, small and of odd sizes, with MTO. Parameters, images and masks are
 * seeded and float32 numbers, so that models of both types are the same.
 *
 * @param loss name of the loss
 * @param values names of the loss and of other variables
 * @param parameters names of the trainable variables
 */
record TinyModel(
    SameDiff graph, DataType type, String loss, List<String> values, List<String> parameters) {
  static final VitConfig VIT = new VitConfig(3, 12, 20, 4, 12, 3, 3, 1.75, 0.3, 0.2);
  static final int MASKED = 9;
  static final MtoOptions MTO =
      MtoOptions.defaults().withWeights(new MtoWeights(0.5, 0.25, 0.75)).withEpsilon(1e-3);

  /** Which model. */
  enum Kind {
    /** SimMIM's: layer scale, drop path, relative positions, masked tokens replaced. */
    ENCODER {
      @Override
      TinyModel build(DataType type) {
        return encoder(type);
      }
    },
    /** Visible tokens selected and restored, cross-attention, normalised target. */
    DECODER {
      @Override
      TinyModel build(DataType type) {
        return decoder(type);
      }
    };

    abstract TinyModel build(DataType type);
  }

  private static TinyModel encoder(DataType type) {
    SameDiff graph = SameDiff.create();
    Parameters parameters = parameters(graph, type);
    SDVariable images = images(graph, type);
    SDVariable mask = graph.placeHolder("mask", type, -1, VIT.patches());
    SDVariable dropPath = graph.placeHolder("dropPath", type, 2L * VIT.depth(), -1);
    VisionTransformer vit = new VisionTransformer(graph, VIT, parameters, "encoder.");
    SimMimHead head = new SimMimHead(graph, VIT, parameters, "head.");

    SDVariable patches = vit.patches(images);
    SDVariable tokens =
        new MaskToken(graph, VIT, parameters, "mask_token")
            .replaceMasked(vit.embedPatches(patches), mask);
    EncoderOutput encoded = vit.encode(tokens, dropPath);
    SDVariable predicted = head.predict(encoded.patches());
    SDVariable error = graph.math().abs(predicted.sub(patches));
    SDVariable loss = masked(error, mask);
    SDVariable picture = head.toImage(predicted).rename("picture");
    return complete(
        graph, parameters, loss, encoded.trace().patchTokens(), mask, List.of(picture.name()));
  }

  private static TinyModel decoder(DataType type) {
    SameDiff graph = SameDiff.create();
    Parameters parameters = parameters(graph, type);
    SDVariable images = images(graph, type);
    SDVariable mask = graph.placeHolder("mask", type, -1, VIT.patches());
    int visible = VIT.patches() - MASKED;
    int dim = VIT.dim();
    SDVariable selection = graph.placeHolder("selection", type, -1, visible, VIT.patches());
    Rows rows = new Rows(graph, type);
    BlockWeights weights = BlockWeights.all(VIT.firstWeights());

    PatchEmbedding embedding =
        new PatchEmbedding(
            graph, VIT, parameters, "patch_embed", VIT.firstWeights(), Initializer.zeros());
    SDVariable embedded = embedding.embed(embedding.patches(images));
    SDVariable seen =
        new ClassToken(graph, parameters, "cls_token", VIT.firstWeights(), dim)
            .prepend(VisibleTokens.select(selection, embedded))
            .reshape(-1, dim);
    Sequence keys = rows.sequence(seen, 1 + visible);
    SDVariable features =
        new Block(
                graph, new BlockConfig(dim, 3, 20, QkvBias.ALL, 0), weights, parameters, "blocks.0")
            .apply(seen, keys);

    SDVariable maskToken = parameters.declare("mask_token", VIT.firstWeights(), 1, 1, dim);
    SDVariable restored =
        VisibleTokens.restore(
                selection, ClassToken.drop(features.reshape(-1, 1 + visible, dim), visible, dim))
            .add(Rows.outer(mask.reshape(-1, 1), maskToken).reshape(-1, VIT.patches(), dim));
    SDVariable x = restored.reshape(-1, dim);
    Sequence sequence = rows.sequence(x, VIT.patches());
    List<SDVariable> layers = new ArrayList<>(List.of(embedded, restored));
    for (int i = 0; i < 2; i++) {
      x =
          new CrossAttentionBlock(
                  graph,
                  new BlockConfig(dim, 5, 20, QkvBias.QUERY_AND_VALUE, 0),
                  dim,
                  weights,
                  VIT.firstWeights(),
                  parameters,
                  "decoder." + i)
              .apply(x, sequence, features, keys);
      layers.add(x.reshape(-1, VIT.patches(), dim));
    }
    SDVariable predicted = new SimMimHead(graph, VIT, parameters, "head.").predict(x);
    SDVariable pixels = new Patches(VIT).splitChannelLast(images);
    PatchStatistics statistics = PatchStatistics.ofPatches(graph, VIT, type);
    PatchStatistics.Values original = statistics.of(pixels);
    SDVariable error = predicted.sub(statistics.normalise(pixels, original));
    SDVariable picture =
        statistics.denormalise(predicted, statistics.fromVisible(original, mask)).rename("picture");
    return complete(
        graph, parameters, masked(error.mul(error), mask), layers, mask, List.of(picture.name()));
  }

  /** Mean over the masked patches; errors are [B*N, C*P*P]. */
  private static SDVariable masked(SDVariable errors, SDVariable mask) {
    return mask.reshape(1, -1).mmul(errors).sum().div(VIT.patchValues()).div(mask.sum().add(1e-5));
  }

  private static TinyModel complete(
      SameDiff graph,
      Parameters parameters,
      SDVariable loss,
      List<SDVariable> layers,
      SDVariable mask,
      List<String> others) {
    MtoTerms terms = MaskedTokenOptimization.add(graph, "mto", layers, mask, MTO);
    SDVariable total = loss.add(terms.weighted()).rename("total");
    List<String> values = new ArrayList<>();
    values.add(total.name());
    for (SDVariable term :
        List.of(terms.spa(), terms.e(), terms.r(), terms.weighted(), terms.largestSlope())) {
      values.add(term.name());
    }
    terms.heterogeneity().forEach(h -> values.add(h.name()));
    values.addAll(others);
    parameters
        .arrays()
        .forEach((name, array) -> array.assign(gaussian(name.hashCode(), array.shape()).mul(0.12)));
    return new TinyModel(graph, parameters.type(), total.name(), values, parameters.names());
  }

  private static Parameters parameters(SameDiff graph, DataType type) {
    return new Parameters(graph, type, name -> new Random(name.hashCode()));
  }

  private static SDVariable images(SameDiff graph, DataType type) {
    return graph.placeHolder("images", type, -1, 3, VIT.imageHeight(), VIT.imageWidth());
  }

  /** Placeholder values, in each image {@link #MASKED} masked patches. */
  Map<String, INDArray> feeds(int batch, long seed) {
    int[] masked = new int[batch];
    Arrays.fill(masked, MASKED);
    return feeds(seed, masked);
  }

  /** Placeholder values, in image b the b-th number of masked patches. */
  Map<String, INDArray> feeds(long seed, int... masked) {
    int batch = masked.length;
    Random random = new Random(seed);
    INDArray mask = Nd4j.zeros(DataType.FLOAT, batch, VIT.patches());
    for (int image = 0; image < batch; image++) {
      for (int patch : random.ints(0, VIT.patches()).distinct().limit(masked[image]).toArray()) {
        mask.putScalar(image, patch, 1);
      }
    }
    Map<String, INDArray> feeds = new LinkedHashMap<>();
    feeds.put("mask", mask);
    feeds.put("images", gaussian(seed, batch, 3, VIT.imageHeight(), VIT.imageWidth()));
    if (graph.hasVariable("selection")) {
      feeds.put("selection", VisibleTokens.selection(mask, DataType.FLOAT));
    }
    if (graph.hasVariable("dropPath")) {
      INDArray keep = Nd4j.create(DataType.FLOAT, 2L * VIT.depth(), batch);
      for (long i = 0; i < keep.length(); i++) {
        keep.putScalar(i, random.nextInt(4) == 0 ? 0 : 1.25);
      }
      feeds.put("dropPath", keep);
    }
    feeds.replaceAll((name, array) -> array.castTo(type));
    return feeds;
  }

  /** Normal float32 numbers. */
  static INDArray gaussian(long seed, long... shape) {
    Random random = new Random(seed);
    INDArray array = Nd4j.create(DataType.FLOAT, shape);
    for (long i = 0; i < array.length(); i++) {
      array.putScalar(i, random.nextGaussian());
    }
    return array;
  }
}
