package dev.mto.evaluation;

import dev.mto.data.ImageBatch;
import dev.mto.data.Mixup;
import dev.mto.engine.TrainingPosition;
import dev.mto.engine.encoder.FrozenEncoder;
import dev.mto.engine.graph.SeededParameters;
import dev.mto.engine.optimizer.AdamW;
import dev.mto.engine.optimizer.ParameterGroup;
import dev.mto.executor.GraphSession;
import dev.mto.executor.SessionOptions;
import dev.mto.executor.state.LiveState;
import dev.mto.models.Parameters;
import dev.mto.models.VitConfig;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.autodiff.samediff.SameDiff;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * Trains one query and a linear classifier on the patch tokens of a frozen encoder by AdamW. Tokens
 * are normalised over all tokens of a batch, without gain and bias. Shapes: B images, N patches, D
 * width, K classes.
 */
public final class AttentiveProbe implements Learner {
  private static final String TOKENS = "tokens";
  private static final String TARGETS = "targets";

  private final FrozenEncoder encoder;
  private final AttentiveProbeConfig recipe;
  private final int patches;
  private final int classes;
  private final Parameters parameters;
  private final LiveState state = new LiveState();
  private final ClassifierSteps steps;
  private final GraphSession evaluation;
  private final BatchStandardisation standardisation;
  private final TokenCache cache;

  /**
   * A probe before its first step.
   *
   * @param encoder closed with the probe
   * @param vit its sizes
   * @param images training images, of which the recipe may ask to keep the tokens
   * @param classes K
   * @throws dev.mto.executor.memory.NotEnoughMemoryException when they do not fit
   */
  public AttentiveProbe(
      FrozenEncoder encoder, VitConfig vit, AttentiveProbeConfig recipe, int images, int classes) {
    this.encoder = encoder;
    this.recipe = recipe;
    this.patches = vit.patches();
    this.classes = classes;
    this.cache = recipe.cached() ? new TokenCache(images, patches * encoder.dim()) : null;
    this.parameters = SeededParameters.of(DataType.FLOAT, recipe.seed());
    SameDiff graph = parameters.graph();
    SDVariable tokens = graph.placeHolder(TOKENS, DataType.FLOAT, -1, patches, encoder.dim());
    SDVariable targets = graph.placeHolder(TARGETS, DataType.FLOAT, -1, classes);
    SDVariable logits =
        ClassifierHead.attentive(
            parameters, tokens, encoder.dim(), recipe.features(vit).attentionHeads(), classes);
    SDVariable loss = FineTuneGraph.crossEntropy(logits, targets);
    SessionOptions options = SessionOptions.defaults().withState(state);
    this.evaluation = GraphSession.forward(graph, options);
    this.standardisation = new BatchStandardisation(encoder.dim());
    Map<String, INDArray> trained = parameters.arrays();
    this.steps =
        new ClassifierSteps(
            GraphSession.withGradients(graph, loss, parameters.names(), options),
            new AdamW(
                trained,
                name -> ParameterGroup.of(trained.get(name).rank() == 2),
                recipe.betas().get(0),
                recipe.betas().get(1),
                1e-8,
                recipe.weightDecay(),
                state),
            state,
            recipe.clip());
  }

  @Override
  public Map<String, Object> step(
      List<ImageBatch> microBatches, TrainingPosition at, double learningRate) {
    return steps.step(microBatches, at, learningRate, (batch, i) -> trainingFeeds(batch));
  }

  private Map<String, INDArray> trainingFeeds(ImageBatch batch) {
    INDArray tokens = tokens(batch);
    standardisation.train(rows(tokens));
    return Map.of(TOKENS, tokens, TARGETS, Mixup.targets(batch.labels(), classes, 0));
  }

  /** [B, N, D], the caller's to close. */
  private INDArray tokens(ImageBatch batch) {
    if (cache == null) {
      return encoder.patchTokens(batch.images(), recipe.block());
    }
    int[] images = batch.indices();
    if (!cache.holds(images)) {
      try (INDArray tokens = encoder.patchTokens(batch.images(), recipe.block())) {
        cache.put(images, tokens.reshape(images.length, -1));
      }
    }
    return cache.get(images).reshape(images.length, patches, encoder.dim());
  }

  /** A view of tokens as rows [B·N, D]. */
  private INDArray rows(INDArray tokens) {
    return tokens.reshape(-1, encoder.dim());
  }

  @Override
  public void logits(INDArray images, Consumer<INDArray> use) {
    try (INDArray tokens = encoder.patchTokens(images, recipe.block())) {
      standardisation.apply(rows(tokens));
      evaluation.run(
          Map.of(TOKENS, tokens),
          List.of(ClassifierHead.LOGITS),
          values -> use.accept(values.get(ClassifierHead.LOGITS)));
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
    if (cache != null) {
      cache.close();
    }
  }
}
