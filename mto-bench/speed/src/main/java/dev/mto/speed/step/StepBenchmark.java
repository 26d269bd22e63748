package dev.mto.speed.step;

import dev.mto.data.ImageBatch;
import dev.mto.data.ImageBatches;
import dev.mto.engine.Baseline;
import dev.mto.engine.Method;
import dev.mto.engine.TrainingPosition;
import dev.mto.engine.config.RunConfig;
import dev.mto.engine.graph.Feeds;
import dev.mto.engine.graph.Images;
import dev.mto.engine.graph.TrainingGraph;
import dev.mto.engine.optimizer.AdamW;
import dev.mto.engine.run.TrainingStep;
import dev.mto.executor.GraphSession;
import dev.mto.executor.SessionOptions;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.DoubleStream;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * Times training steps of a configuration on the first batch of its own images, without reading
 * them. A step is forward, backward, clip and AdamW of one micro-batch.
 */
final class StepBenchmark implements AutoCloseable {
  /** Learning rate of every step. */
  static final double LEARNING_RATE = 1e-4;

  /**
   * What a forward and a backward pass gave.
   *
   * @param loss the total loss
   * @param gradients of the parameters that have one, by name, not clipped; the caller's own
   */
  record Gradients(double loss, Map<String, INDArray> gradients) {}

  private final RunConfig config;
  private final Images images;
  private final TrainingGraph graph;
  private final Method method;
  private AdamW optimizer;
  private TrainingStep step;
  private long made;

  /**
   * Builds the graph.
   *
   * @param badImagesList file that would list unreadable images
   */
  StepBenchmark(Baseline baseline, RunConfig config, Path badImagesList) {
    this.config = config;
    images = new Images(config, baseline, badImagesList);
    graph = TrainingGraph.build(baseline, config, DataType.FLOAT);
    method = graph.method();
  }

  /**
   * Arithmetic of a forward and a backward pass over a batch, in GFLOP (the backward counts 2); NaN
   * where the method does not count it.
   */
  double gigaFlops() {
    return 3 * method.forwardFlops() * config.training().batch() / 1e9;
  }

  /**
   * What a step works on: {@code images} [B, C, H, W], {@code mask} [B, N] and the parameters as
   * they are now, under their names, live.
   */
  Map<String, INDArray> inputs() {
    Map<String, INDArray> inputs = new LinkedHashMap<>();
    try (ImageBatch batch = batch()) {
      inputs.put("images", batch.images().dup('c'));
      inputs.put("mask", batch.mask().dup('c'));
    }
    inputs.putAll(graph.parameters());
    return inputs;
  }

  /** Loss and gradients of the batch at the parameters as they are now. */
  Gradients gradients() {
    Map<String, INDArray> gradients = new LinkedHashMap<>();
    double[] loss = new double[1];
    String total = graph.total().name();
    ImageBatch batch = batch();
    Map<String, INDArray> feeds = method.trainingFeeds(batch, position(0), 0);
    try (GraphSession session =
        GraphSession.withGradients(graph.graph(), graph.total(), graph.parameterNames())) {
      session.run(
          feeds,
          List.of(total),
          values -> {
            loss[0] = values.get(total).getDouble(0);
            for (String name : session.differentiable()) {
              gradients.put(name, values.get(session.gradientOf(name)).dup('c'));
            }
          });
    }
    Feeds.close(feeds, batch);
    return new Gradients(loss[0], gradients);
  }

  /** The times of {@code steps} steps in milliseconds, after one to warm up. */
  double[] milliseconds(int steps) {
    if (step == null) {
      optimizer = graph.optimizer(config.training());
      step = new TrainingStep(graph, optimizer, config.training());
    }
    run();
    return DoubleStream.generate(this::run).limit(steps).toArray();
  }

  /**
   * Milliseconds of a forward and backward pass by kind of operation, the most expensive first;
   * means of {@code passes} passes after two to warm up. Empty where the graph is not run by a
   * compiled plan.
   */
  Map<String, Double> profile(int passes) {
    ImageBatch batch = batch();
    Map<String, INDArray> feeds = method.trainingFeeds(batch, position(0), 0);
    List<String> wanted = List.of(graph.total().name());
    Map<String, Double> profile = new LinkedHashMap<>();
    try (GraphSession session =
        GraphSession.withGradients(
            graph.graph(),
            graph.total(),
            graph.parameterNames(),
            SessionOptions.defaults()
                .withRecompute(config.training().gradientCheckpointing())
                .profiled())) {
      session.run(feeds, wanted, values -> {});
      session.run(feeds, wanted, values -> {});
      Map<String, Double> before = session.profile();
      for (int i = 0; i < passes; i++) {
        session.run(feeds, wanted, values -> {});
      }
      session
          .profile()
          .forEach(
              (name, milliseconds) ->
                  profile.put(name, (milliseconds - before.get(name)) / passes));
    }
    Feeds.close(feeds, batch);
    return profile;
  }

  /** Bytes that hold activations and gradients between steps, after the first. */
  long bytesHeld() {
    return step == null ? 0 : step.bytesHeld();
  }

  private double run() {
    ImageBatch batch = batch();
    long startedAt = System.nanoTime();
    step.run(List.of(batch), position(made++), LEARNING_RATE, false);
    return (System.nanoTime() - startedAt) / 1e6;
  }

  /** The first batch, with nothing read ahead while the step runs. */
  private ImageBatch batch() {
    try (ImageBatches batches = images.training(0, 0)) {
      return batches.nextBatch();
    }
  }

  private static TrainingPosition position(long step) {
    return new TrainingPosition(step, Long.MAX_VALUE, 1);
  }

  @Override
  public void close() {
    if (step != null) {
      step.close();
      optimizer.close();
    }
  }
}
