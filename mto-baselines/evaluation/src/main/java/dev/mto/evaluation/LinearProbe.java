package dev.mto.evaluation;

import dev.mto.data.ImageBatch;
import dev.mto.data.Mixup;
import dev.mto.engine.TrainingPosition;
import dev.mto.engine.encoder.FeatureKind;
import dev.mto.engine.encoder.FrozenEncoder;
import dev.mto.engine.graph.SeededParameters;
import dev.mto.engine.optimizer.GradientNorm;
import dev.mto.engine.optimizer.Lars;
import dev.mto.engine.optimizer.MeanGradients;
import dev.mto.executor.GraphSession;
import dev.mto.models.Initializer;
import dev.mto.models.Linear;
import dev.mto.models.Parameters;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.autodiff.samediff.SameDiff;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.ops.transforms.Transforms;

/**
 * Trains a linear classifier on a frozen encoder by LARS, its features normalised over the batch
 * without gain and bias (He et al., MAE, CVPR 2022).
 */
public final class LinearProbe implements Learner {
  private static final String FEATURES = "features";
  private static final String TARGETS = "targets";
  private static final String LOGITS = ClassifierHead.LOGITS;
  private static final String LOSS = FineTuneGraph.LOSS;

  private final FrozenEncoder encoder;
  private final FeatureKind kind;
  private final LinearProbeConfig recipe;
  private final int classes;
  private final Parameters parameters;
  private final GraphSession training;
  private final GraphSession evaluation;
  private final BatchStandardisation standardisation;
  private final Lars optimizer;
  private final MeanGradients gradients = new MeanGradients();

  /**
   * A probe before its first step.
   *
   * @param encoder closed with the probe
   * @param classes K
   */
  public LinearProbe(FrozenEncoder encoder, LinearProbeConfig recipe, int classes) {
    this.encoder = encoder;
    this.kind = new FeatureKind(recipe.pooling(), recipe.block());
    this.recipe = recipe;
    this.classes = classes;
    this.parameters = SeededParameters.of(DataType.FLOAT, recipe.seed());
    SameDiff graph = parameters.graph();
    build(graph, encoder.dim());
    this.training = GraphSession.withGradients(graph, graph.getVariable(LOSS), parameters.names());
    this.evaluation = GraphSession.forward(graph);
    this.standardisation = new BatchStandardisation(encoder.dim());
    this.optimizer =
        new Lars(parameters.arrays(), recipe.momentum(), recipe.trust(), recipe.weightDecay());
  }

  private void build(SameDiff graph, int dim) {
    SDVariable features = graph.placeHolder(FEATURES, DataType.FLOAT, -1, dim);
    SDVariable targets = graph.placeHolder(TARGETS, DataType.FLOAT, -1, classes);
    SDVariable logits =
        Linear.declare(
                parameters, "head", Initializer.normal(ClassifierHead.PROBE_STD), classes, dim)
            .rows(features)
            .rename(LOGITS);
    FineTuneGraph.crossEntropy(logits, targets);
  }

  @Override
  public Map<String, Object> step(
      List<ImageBatch> microBatches, TrainingPosition at, double learningRate) {
    double[] loss = {0};
    double[] norm = {0};
    int count = microBatches.size();
    for (int i = 0; i < count; i++) {
      int index = i;
      try (ImageBatch batch = microBatches.get(i);
          INDArray features = features(batch.images());
          INDArray targets = Mixup.targets(batch.labels(), classes, 0)) {
        standardisation.train(features);
        training.run(
            Map.of(FEATURES, features, TARGETS, targets),
            List.of(LOSS),
            values -> {
              loss[0] += values.get(LOSS).getDouble(0) / count;
              gradients.add(
                  training,
                  values,
                  index,
                  count,
                  mean -> {
                    norm[0] = GradientNorm.of(mean.values());
                    FineTuner.requireFinite(at.step(), loss[0], norm[0], learningRate);
                    optimizer.step(mean, learningRate);
                  });
            });
      }
    }
    return FineTuner.row(loss[0], learningRate, norm[0]);
  }

  private INDArray features(INDArray images) {
    INDArray features = encoder.features(images, kind);
    if (recipe.featureNorm()) {
      try (INDArray mean = features.mean(true, 1);
          INDArray squares = Transforms.pow(features.subi(mean), 2);
          INDArray variance = squares.mean(true, 1)) {
        features.divi(Transforms.sqrt(variance.addi(1e-6), false));
      }
    }
    return features;
  }

  @Override
  public void logits(INDArray images, Consumer<INDArray> use) {
    try (INDArray features = features(images)) {
      standardisation.apply(features);
      evaluation.run(
          Map.of(FEATURES, features), List.of(LOGITS), values -> use.accept(values.get(LOGITS)));
    }
  }

  @Override
  public Map<String, INDArray> state() {
    Map<String, INDArray> state = new LinkedHashMap<>(parameters.arrays());
    state.putAll(standardisation.state());
    state.putAll(optimizer.state());
    return state;
  }

  @Override
  public Map<String, INDArray> fixed() {
    return encoder.tensors();
  }

  @Override
  public void resumeAt(long steps) {
    // LARS has no state that depends on their number
  }

  @Override
  public void close() {
    encoder.close();
    training.close();
    evaluation.close();
    standardisation.close();
    optimizer.close();
    gradients.close();
  }
}
