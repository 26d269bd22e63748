package dev.mto.evaluation;

import dev.mto.data.ImageBatch;
import dev.mto.data.Mixup;
import dev.mto.data.random.RandomStream;
import dev.mto.engine.Baseline;
import dev.mto.engine.TrainingPosition;
import dev.mto.engine.config.RunConfig;
import dev.mto.engine.graph.Precisions;
import dev.mto.engine.optimizer.AdamW;
import dev.mto.engine.optimizer.LayerDecay;
import dev.mto.engine.optimizer.LearningRate;
import dev.mto.engine.optimizer.MovingAverage;
import dev.mto.engine.optimizer.ParameterGroup;
import dev.mto.executor.GraphSession;
import dev.mto.executor.SessionOptions;
import dev.mto.executor.state.LiveState;
import dev.mto.models.DropPath;
import dev.mto.models.VitConfig;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * Trains an encoder and a linear head on it: AdamW with layer-wise learning-rate decay, stochastic
 * depth, mixup and cutmix. With a moving average of the weights, that is what gives logits.
 */
public final class FineTuner implements Learner {
  private static final String AVERAGE = "average.";

  private final FineTuneConfig recipe;
  private final int classes;
  private final VitConfig vit;
  private final FineTuneGraph model;
  private final FineTuneGraph evaluated;
  private final LiveState state = new LiveState();
  private final ClassifierSteps steps;
  private final GraphSession evaluation;
  private final LearningRate schedule;
  private long step;

  /**
   * A classifier before its first step.
   *
   * @param weights pre-trained tensors under official names, copied; empty for an untrained encoder
   * @param classes K
   * @param schedule gives the learning rates of layers by those of steps
   */
  public FineTuner(
      Baseline baseline,
      RunConfig config,
      FineTuneConfig recipe,
      Map<String, INDArray> weights,
      int classes,
      LearningRate schedule) {
    this.recipe = recipe;
    this.schedule = schedule;
    this.classes = classes;
    this.vit = config.vit();
    this.model = FineTuneGraph.build(baseline, config, recipe, classes);
    model.encoder().take(weights);
    SessionOptions options = Precisions.training(config.training()).withState(state);
    GraphSession training =
        GraphSession.withGradients(
            model.graph(), model.loss(), model.parameters().names(), options);
    Map<String, INDArray> trained = new LinkedHashMap<>();
    training
        .differentiable()
        .forEach(name -> trained.put(name, model.parameters().arrays().get(name)));
    LayerDecay decay = new LayerDecay(vit.depth(), recipe.layerDecay());
    AdamW optimizer =
        new AdamW(
            trained,
            name -> atThisStep(decay.of(name, trained.get(name).rank())),
            recipe.betas().get(0),
            recipe.betas().get(1),
            1e-8,
            recipe.weightDecay(),
            state);
    this.steps = new ClassifierSteps(training, optimizer, state, recipe.clip());
    if (recipe.weightAverage() > 0) {
      evaluated = FineTuneGraph.build(baseline, config, recipe, classes);
      evaluated.encoder().take(model.parameters().arrays());
    } else {
      evaluated = model;
    }
    this.evaluation = GraphSession.forward(evaluated.graph(), options);
  }

  @Override
  public Map<String, Object> step(
      List<ImageBatch> microBatches, TrainingPosition at, double learningRate) {
    step = at.step();
    if (recipe.weightAverage() > 0) {
      state.reserve(evaluated.parameters().arrays().values());
    }
    Map<String, Object> row =
        steps.step(microBatches, at, learningRate, (batch, i) -> trainingFeeds(batch, step, i));
    if (recipe.weightAverage() > 0) {
      MovingAverage.update(
          evaluated.parameters().arrays(),
          model.parameters().arrays(),
          recipe.weightAverage(),
          state);
    }
    return row;
  }

  /** The group with the share of this step's learning rate that it has now. */
  private ParameterGroup atThisStep(ParameterGroup group) {
    double whole = schedule.at(step);
    return whole > 0
        ? new ParameterGroup(schedule.at(step, group.rateScale()) / whole, group.decayed())
        : group;
  }

  /** Mixes the images of the batch in place. */
  private Map<String, INDArray> trainingFeeds(ImageBatch batch, long step, int microBatch) {
    INDArray targets = mix(batch, step, microBatch);
    Map<String, INDArray> feeds = feeds(batch.images(), drawn(batch.size(), step, microBatch));
    feeds.put(model.targets().name(), targets);
    return feeds;
  }

  private INDArray mix(ImageBatch batch, long step, int microBatch) {
    return new Mixup(recipe.mixup(), recipe.cutmix(), recipe.labelSmoothing())
        .apply(
            batch.images(),
            batch.labels(),
            classes,
            RandomStream.of(recipe.seed(), "mixup", step, microBatch));
  }

  private INDArray drawn(int images, long step, int microBatch) {
    return DropPath.sample(
        vit.depth(),
        recipe.dropPath(),
        images,
        DataType.FLOAT,
        RandomStream.of(recipe.seed(), "drop_path", step, microBatch));
  }

  private Map<String, INDArray> feeds(INDArray images, INDArray dropPath) {
    Map<String, INDArray> feeds = new HashMap<>();
    feeds.put(model.encoder().images().name(), images);
    if (model.encoder().dropPath() != null) {
      feeds.put(model.encoder().dropPath().name(), dropPath);
    }
    return feeds;
  }

  private void closeDropPath(Map<String, INDArray> feeds) {
    if (model.encoder().dropPath() != null) {
      feeds.get(model.encoder().dropPath().name()).close();
    }
  }

  @Override
  public void logits(INDArray images, Consumer<INDArray> use) {
    String name = evaluated.logits().name();
    Map<String, INDArray> feeds =
        feeds(images, DropPath.keepAll(vit.depth(), (int) images.size(0), DataType.FLOAT));
    evaluation.run(feeds, List.of(name), values -> use.accept(values.get(name)));
    closeDropPath(feeds);
  }

  @Override
  public Map<String, INDArray> state() {
    state.forHost();
    Map<String, INDArray> arrays = new LinkedHashMap<>(model.parameters().arrays());
    arrays.putAll(steps.state());
    if (recipe.weightAverage() > 0) {
      evaluated.parameters().arrays().forEach((name, array) -> arrays.put(AVERAGE + name, array));
    }
    return arrays;
  }

  @Override
  public void resumeAt(long done) {
    steps.resumeAt(done);
  }

  @Override
  public void close() {
    evaluation.close();
    steps.close();
  }
}
