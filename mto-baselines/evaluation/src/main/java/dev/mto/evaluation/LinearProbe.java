package dev.mto.evaluation;

import dev.mto.data.ImageBatch;
import dev.mto.data.Mixup;
import dev.mto.engine.TrainingPosition;
import dev.mto.engine.encoder.FeatureKind;
import dev.mto.engine.encoder.FrozenEncoder;
import dev.mto.engine.graph.SeededParameters;
import dev.mto.engine.optimizer.Lars;
import dev.mto.executor.GraphSession;
import dev.mto.executor.SessionOptions;
import dev.mto.executor.state.LiveState;
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

  private final FrozenEncoder encoder;
  private final FeatureKind kind;
  private final LinearProbeConfig recipe;
  private final int classes;
  private final Parameters parameters;
  private final LiveState state = new LiveState();
  private final ClassifierSteps steps;
  private final GraphSession evaluation;
  private final BatchStandardisation standardisation;

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
    SessionOptions options = SessionOptions.defaults().withState(state);
    this.steps =
        new ClassifierSteps(
            GraphSession.withGradients(
                graph, graph.getVariable(FineTuneGraph.LOSS), parameters.names(), options),
            new Lars(
                parameters.arrays(),
                recipe.momentum(),
                recipe.trust(),
                recipe.weightDecay(),
                state),
            state,
            0);
    this.evaluation = GraphSession.forward(graph, options);
    this.standardisation = new BatchStandardisation(encoder.dim());
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
    return steps.step(microBatches, at, learningRate, (batch, i) -> trainingFeeds(batch));
  }

  private Map<String, INDArray> trainingFeeds(ImageBatch batch) {
    INDArray features = features(batch.images());
    standardisation.train(features);
    return Map.of(FEATURES, features, TARGETS, Mixup.targets(batch.labels(), classes, 0));
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
    state.forHost();
    Map<String, INDArray> arrays = new LinkedHashMap<>(parameters.arrays());
    arrays.putAll(standardisation.state());
    arrays.putAll(steps.state());
    return arrays;
  }

  @Override
  public Map<String, INDArray> fixed() {
    return encoder.tensors();
  }

  @Override
  public void resumeAt(long done) {
    steps.resumeAt(done);
  }

  @Override
  public void close() {
    encoder.close();
    evaluation.close();
    steps.close();
    standardisation.close();
  }
}
