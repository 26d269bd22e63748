package dev.mto.executor;

import dev.mto.losses.MaskedTokenOptimization;
import dev.mto.losses.MtoOptions;
import dev.mto.losses.MtoTerms;
import dev.mto.losses.MtoWeights;
import dev.mto.models.Attention;
import dev.mto.models.Block;
import dev.mto.models.EncoderOutput;
import dev.mto.models.Initializer;
import dev.mto.models.LayerNorm;
import dev.mto.models.Linear;
import dev.mto.models.Parameters;
import dev.mto.models.PatchStatistics;
import dev.mto.models.Patches;
import dev.mto.models.SinCosPositions;
import dev.mto.models.Tokens;
import dev.mto.models.VisionTransformer;
import dev.mto.models.VitConfig;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.IntStream;
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
  static final VitConfig VIT =
      new VitConfig(3, 12, 20, 4, 12, 3, 3, 1.75, 0.3, 0.2, VitConfig.OFFICIAL_INIT_STD);
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
    Parameters parameters = parameters(type);
    SDVariable images = parameters.placeholder("images", VIT.imageShape());
    SDVariable mask = parameters.placeholder("mask", -1, VIT.patches());
    SDVariable dropPath = parameters.placeholder("dropPath", 2L * VIT.depth(), -1);
    VisionTransformer vit =
        new VisionTransformer(
            VIT, VisionTransformer.Options.beit(VIT, false), parameters, "encoder.");
    SDVariable maskToken = parameters.declare("mask_token", VIT.firstWeights(), 1, 1, VIT.dim());

    SDVariable patches = new Patches(VIT).split(images);
    EncoderOutput encoded =
        vit.encode(Tokens.replaceMasked(vit.embed(patches), mask, maskToken), dropPath);
    SDVariable predicted = head(parameters).rows(encoded.patches().reshape(-1, VIT.dim()));
    SDVariable error = parameters.graph().math().abs(predicted.sub(patches));
    SDVariable picture = new Patches(VIT).join(predicted).rename("picture");
    return complete(
        parameters, masked(error, mask), encoded.layers(), mask, List.of(picture.name()));
  }

  private static Linear head(Parameters parameters) {
    return Linear.declare(parameters, "head", VIT.firstWeights(), VIT.patchValues(), VIT.dim());
  }

  private static TinyModel decoder(DataType type) {
    Parameters parameters = parameters(type);
    SDVariable images = parameters.placeholder("images", VIT.imageShape());
    SDVariable mask = parameters.placeholder("mask", -1, VIT.patches());
    int visible = VIT.patches() - MASKED;
    int dim = VIT.dim();
    SDVariable selection = parameters.placeholder("selection", -1, visible, VIT.patches());
    Block.Weights weights = Block.Weights.all(VIT.firstWeights());
    VisionTransformer.Options options =
        new VisionTransformer.Options(
            new VisionTransformer.Positions(
                SinCosPositions.columnFirst(VIT.gridHeight(), VIT.gridWidth(), dim), true),
            true,
            VIT.firstWeights(),
            VIT.firstWeights(),
            Initializer.zeros(),
            block -> weights);
    VisionTransformer encoder = new VisionTransformer(VIT, options, parameters, "");
    SDVariable embedded = encoder.embed(new Patches(VIT).split(images));
    SDVariable features = encoder.encode(selection.mmul(embedded)).tokens();

    SDVariable maskToken = parameters.declare("mask_token", VIT.firstWeights(), 1, 1, dim);
    SDVariable x = Tokens.restore(Tokens.patches(features), selection, mask, maskToken);
    List<SDVariable> layers = new ArrayList<>(List.of(embedded, x));
    for (int i = 0; i < 2; i++) {
      // 5 heads do not divide the width
      Block.Config config = new Block.Config(dim, 5, 20, false, 0, weights);
      Block block = new Block(parameters, "decoder." + i, config);
      SDVariable attended = block.attention(x);
      x = block.mlp(attended.add(crossed(parameters, "cross." + i, config, attended, features)));
      layers.add(x);
    }
    SDVariable predicted = head(parameters).rows(x.reshape(-1, dim));
    SDVariable pixels = new Patches(VIT).splitChannelLast(images);
    PatchStatistics statistics = PatchStatistics.ofPatches(VIT);
    PatchStatistics.Values original = statistics.of(pixels);
    SDVariable error = predicted.sub(statistics.normalise(pixels, original));
    SDVariable picture =
        statistics.denormalise(predicted, statistics.fromVisible(original, mask)).rename("picture");
    return complete(
        parameters, masked(error.mul(error), mask), layers, mask, List.of(picture.name()));
  }

  /** What attention to other tokens gives [B, T, D]. */
  private static SDVariable crossed(
      Parameters parameters,
      String name,
      Block.Config config,
      SDVariable tokens,
      SDVariable features) {
    Initializer weight = VIT.firstWeights();
    int inner = config.inner();
    Linear query = Linear.declare(parameters, name + ".q", weight, inner, VIT.dim());
    Linear keyValue =
        new Linear(
            parameters.declare(name + ".kv.weight", weight, 2L * inner, VIT.dim()),
            Attention.keyAndValueBias(parameters, name, inner));
    SDVariable[] keys = Attention.heads(keyValue.apply(features), 2, config);
    SDVariable queries =
        Attention.heads(
            query.apply(new LayerNorm(parameters, name + ".norm", VIT.dim()).apply(tokens)),
            1,
            config)[0];
    return Linear.declare(parameters, name + ".proj", weight, VIT.dim(), inner)
        .apply(Attention.mix(queries, keys[0], keys[1], null, tokens, config));
  }

  /** Mean over the masked patches; errors are [B*N, C*P*P]. */
  private static SDVariable masked(SDVariable errors, SDVariable mask) {
    return mask.reshape(1, -1).mmul(errors).sum().div(VIT.patchValues()).div(mask.sum().add(1e-5));
  }

  private static TinyModel complete(
      Parameters parameters,
      SDVariable loss,
      List<SDVariable> layers,
      SDVariable mask,
      List<String> others) {
    SameDiff graph = parameters.graph();
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

  private static Parameters parameters(DataType type) {
    return new Parameters(SameDiff.create(), type, name -> new Random(name.hashCode()));
  }

  /** A session with the gradients of all parameters. */
  GraphSession session() {
    return session(SessionOptions.defaults());
  }

  GraphSession session(SessionOptions options) {
    return GraphSession.withGradients(graph, graph.getVariable(loss), parameters, options);
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
    INDArray mask = mask(random, VIT.patches(), masked);
    int[][] visible = new int[batch][];
    for (int image = 0; image < batch; image++) {
      double[] row = mask.getRow(image).toDoubleVector();
      visible[image] = IntStream.range(0, row.length).filter(i -> row[i] == 0).toArray();
    }
    Map<String, INDArray> feeds = new LinkedHashMap<>();
    feeds.put("mask", mask);
    feeds.put("images", gaussian(seed, batch, 3, VIT.imageHeight(), VIT.imageWidth()));
    if (graph.hasVariable("selection")) {
      feeds.put("selection", Tokens.selection(visible, VIT.patches(), DataType.FLOAT));
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

  /** A mask [B, N] of float32 with a number of masked tokens in each image. */
  static INDArray mask(Random random, int tokens, int... masked) {
    INDArray mask = Nd4j.zeros(DataType.FLOAT, masked.length, tokens);
    for (int image = 0; image < masked.length; image++) {
      for (int token : random.ints(0, tokens).distinct().limit(masked[image]).toArray()) {
        mask.putScalar(image, token, 1);
      }
    }
    return mask;
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
