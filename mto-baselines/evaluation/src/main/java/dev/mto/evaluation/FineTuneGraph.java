package dev.mto.evaluation;

import dev.mto.data.random.RandomStream;
import dev.mto.engine.Baseline;
import dev.mto.engine.Encoder;
import dev.mto.engine.EncoderUse;
import dev.mto.engine.config.RunConfig;
import dev.mto.engine.encoder.Pooling;
import dev.mto.engine.encoder.PositionTables;
import dev.mto.executor.NewGraph;
import dev.mto.models.ClassToken;
import dev.mto.models.Initializer;
import dev.mto.models.LayerNorm;
import dev.mto.models.Linear;
import dev.mto.models.Parameters;
import dev.mto.models.Rows;
import dev.mto.models.VitConfig;
import java.util.Map;
import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.autodiff.samediff.SameDiff;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.api.ops.impl.controlflow.compat.StopGradient;

/**
 * An encoder with a linear head on it: the mean of the last block's patch tokens under a norm of
 * its own, or the class token after the encoder's norm, and a softmax cross entropy.
 *
 * @param encoder with the placeholders {@code images} and, unless it drops nothing, {@code
 *     dropPath}
 * @param targets placeholder {@code targets} [B, K]: a distribution over the classes for each image
 * @param logits [B, K]
 * @param loss mean cross entropy in nats, a scalar
 */
record FineTuneGraph(
    SameDiff graph,
    Parameters parameters,
    Encoder encoder,
    SDVariable targets,
    SDVariable logits,
    SDVariable loss) {
  private static final DataType TYPE = DataType.FLOAT;

  /** Builds the classifier with its first values. */
  static FineTuneGraph build(
      Baseline baseline, RunConfig config, FineTuneConfig recipe, int classes) {
    SameDiff graph = NewGraph.create();
    Parameters parameters =
        new Parameters(graph, TYPE, name -> RandomStream.of(recipe.seed(), "initial/" + name));
    Encoder encoder =
        baseline.encoder(graph, config, parameters, EncoderUse.fineTuned(recipe.dropPath()));
    VitConfig vit = config.model().vit(config.data().channels());
    SDVariable features = pooled(graph, parameters, encoder, recipe.pooling(), vit);
    SDVariable logits =
        Linear.declare(
                parameters,
                "head",
                Initializer.truncatedNormal(recipe.headStd(), 2),
                classes,
                vit.dim())
            .apply(features, new Rows(graph, TYPE).column(features))
            .rename("logits");
    SDVariable targets = graph.placeHolder("targets", TYPE, -1, classes);
    return new FineTuneGraph(
        graph, parameters, encoder, targets, logits, crossEntropy(graph, logits, targets));
  }

  private static SDVariable pooled(
      SameDiff graph, Parameters parameters, Encoder encoder, Pooling pooling, VitConfig vit) {
    if (pooling == Pooling.CLASS) {
      return ClassToken.of(encoder.tokens(), vit.dim()).reshape(-1, vit.dim());
    }
    Rows rows = new Rows(graph, TYPE);
    SDVariable last = encoder.blocks().get(vit.depth() - 1);
    SDVariable mean =
        ClassToken.drop(last, vit.patches(), vit.dim())
            // (B, N, D) -> (B, D, N) -> (B*D, 1) -> (B, D)
            .permute(0, 2, 1)
            .reshape(-1, vit.patches())
            .mmul(rows.mean(vit.patches()))
            .reshape(-1, vit.dim());
    return new LayerNorm(graph, parameters, "fc_norm", vit.dim()).apply(mean, rows.column(mean));
  }

  /** -Σ t log softmax(x), the mean over images. */
  static SDVariable crossEntropy(SameDiff graph, SDVariable logits, SDVariable targets) {
    SDVariable largest = new StopGradient(graph, logits.max(true, 1)).outputVariable();
    SDVariable shifted = logits.sub(largest);
    SDVariable logSum = graph.math().log(graph.math().exp(shifted).sum(true, 1));
    return targets.mul(logSum.sub(shifted)).sum(1).mean().rename("loss");
  }

  /** Puts pre-trained weights under the head; the head and its norm keep their first values. */
  void take(Map<String, INDArray> weights) {
    parameters
        .arrays()
        .forEach(
            (name, array) -> {
              INDArray given = weights.get(PositionTables.source(name, weights.keySet()));
              if (given != null) {
                array.assign(given);
              }
            });
  }
}
