package dev.mto.evaluation;

import dev.mto.engine.Baseline;
import dev.mto.engine.config.RunConfig;
import dev.mto.engine.encoder.EncoderModel;
import dev.mto.engine.graph.SeededParameters;
import dev.mto.models.Initializer;
import dev.mto.models.Parameters;
import dev.mto.models.VitConfig;
import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.autodiff.samediff.SameDiff;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ops.impl.controlflow.compat.StopGradient;

/**
 * An encoder with a linear head on it: the mean of the last block's patch tokens under a norm of
 * its own, or the class token after the encoder's norm, and a softmax cross entropy.
 *
 * @param targets placeholder {@code targets} [B, K]: a distribution over the classes for each image
 * @param logits [B, K]
 * @param loss mean cross entropy in nats, a scalar
 */
record FineTuneGraph(EncoderModel encoder, SDVariable targets, SDVariable logits, SDVariable loss) {
  /** Name of the loss in any graph. */
  static final String LOSS = "loss";

  /** Builds the classifier with its first values. */
  static FineTuneGraph build(
      Baseline baseline, RunConfig config, FineTuneConfig recipe, int classes) {
    Parameters parameters = SeededParameters.of(DataType.FLOAT, recipe.seed());
    EncoderModel encoder =
        EncoderModel.fineTuned(baseline, config, parameters, recipe.dropPath() > 0);
    VitConfig vit = config.vit();
    SDVariable logits =
        ClassifierHead.logits(
            encoder,
            vit.dim(),
            recipe.features(vit),
            classes,
            Initializer.truncatedNormal(recipe.headStd(), 2));
    SDVariable targets = parameters.placeholder("targets", -1, classes);
    return new FineTuneGraph(encoder, targets, logits, crossEntropy(logits, targets));
  }

  SameDiff graph() {
    return encoder.parameters().graph();
  }

  Parameters parameters() {
    return encoder.parameters();
  }

  /** -Σ t log softmax(x), the mean over images. */
  static SDVariable crossEntropy(SDVariable logits, SDVariable targets) {
    SameDiff graph = logits.getSameDiff();
    SDVariable largest = new StopGradient(graph, logits.max(true, 1)).outputVariable();
    SDVariable shifted = logits.sub(largest);
    SDVariable logSum = graph.math().log(graph.math().exp(shifted).sum(true, 1));
    return targets.mul(logSum.sub(shifted)).sum(1).mean().rename(LOSS);
  }
}
