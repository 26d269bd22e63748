package dev.mto.speed.step;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.mto.data.ImageBatch;
import dev.mto.data.ImageBatches;
import dev.mto.engine.Baseline;
import dev.mto.engine.Baselines;
import dev.mto.engine.TrainingPosition;
import dev.mto.engine.config.ConfigLoader;
import dev.mto.engine.config.RunConfig;
import dev.mto.engine.folder.AtomicFiles;
import dev.mto.engine.graph.Feeds;
import dev.mto.engine.graph.Images;
import dev.mto.engine.graph.Precisions;
import dev.mto.engine.graph.TrainingGraph;
import dev.mto.engine.run.TrainingStep;
import dev.mto.executor.GraphSession;
import dev.mto.executor.cuda.CudaKernelSets;
import dev.mto.models.weights.SafeTensors;
import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.DoubleStream;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * The process that makes this project's training steps: forward, backward, clip and AdamW of one
 * micro-batch, on the first batch of the configuration's images, without reading them.
 *
 * <ul>
 *   <li>{@code inputs FILE}: writes {@code images} [B, C, H, W], {@code mask} [B, N] and the
 *       initial weights as safetensors
 *   <li>{@code gradients FILE}: writes our gradients at the initial weights; {@code loss}
 *   <li>{@code compare FILE}: our {@code loss} at the initial weights, and how far the gradients in
 *       the file are from ours
 *   <li>{@code steps N}: one step to warm up and N more; {@code ms}, their times
 *   <li>{@code profile N}: {@code ms} by kind of operation, the most expensive first, means of N
 *       passes after two to warm up; empty where the graph is not run by a compiled plan
 *   <li>{@code arithmetic}: {@code gflop}, of the matrix products of a step that was made, as its
 *       compiled plan has them; not a number where there is no plan
 *   <li>{@code held}: {@code mb}, memory for activations and gradients between steps in MiB
 *   <li>{@code memory}: {@code peak_mb}, the most memory that was resident
 *   <li>{@code device}: {@code peak_mb}, the most that was allocated on the GPU at a time, and
 *       {@code taken_mb} of {@code total_mb}, what all processes and libraries have of it now, in
 *       MiB, and {@code graphs_started}, how often kernels were started together; empty where no
 *       session is open on a GPU
 * </ul>
 */
final class StepProcess {
  /** Learning rate of every step. */
  static final double LEARNING_RATE = 1e-4;

  private static final double MEBIBYTE = 1 << 20;

  private final RunConfig config;
  private final Images images;
  private final TrainingGraph graph;
  private TrainingStep step;
  private long made;

  private StepProcess(Baseline baseline, RunConfig config, Path badImagesList) {
    this.config = config;
    images = new Images(config, baseline, badImagesList);
    graph = TrainingGraph.build(baseline, config, DataType.FLOAT);
  }

  /**
   * Serves commands.
   *
   * @param arguments a resolved configuration
   */
  public static void main(String[] arguments) throws IOException {
    ChildServer.serve(System.in, System.out, () -> start(Path.of(arguments[0])));
  }

  private static Map<String, ChildServer.Action> start(Path file) {
    RunConfig config = ConfigLoader.read(file);
    Path badImagesList = file.resolveSibling("unreadable-images.txt");
    StepProcess process =
        new StepProcess(Baselines.named(config.baseline()), config, badImagesList);
    return Map.of(
        "",
        ignored -> ChildServer.answer(),
        "inputs",
        process::inputs,
        "gradients",
        process::gradients,
        "compare",
        process::compare,
        "steps",
        process::steps,
        "profile",
        process::profile,
        "arithmetic",
        ignored -> ChildServer.answer().put("gflop", process.gigaFlop()),
        "held",
        ignored -> ChildServer.answer().put("mb", process.bytesHeld() / MEBIBYTE),
        "memory",
        ignored -> ChildServer.answer().put("peak_mb", Machine.peakMebibytes()),
        "device",
        ignored -> deviceUse());
  }

  private static ObjectNode deviceUse() {
    ObjectNode answer = ChildServer.answer();
    CudaKernelSets.use()
        .ifPresent(
            use ->
                answer
                    .put("peak_mb", use.peakBytes() / MEBIBYTE)
                    .put("taken_mb", use.takenBytes() / MEBIBYTE)
                    .put("total_mb", use.totalBytes() / MEBIBYTE)
                    .put("graphs_started", use.graphsStarted()));
    return answer;
  }

  private double gigaFlop() {
    return step == null ? Double.NaN : step.productFlops() / 1e9;
  }

  private long bytesHeld() {
    return step == null ? 0 : step.bytesHeld();
  }

  private ObjectNode inputs(String file) {
    Map<String, INDArray> inputs = new LinkedHashMap<>();
    try (ImageBatch batch = batch()) {
      inputs.put("images", batch.images().dup('c'));
      inputs.put("mask", batch.mask().dup('c'));
    }
    inputs.putAll(graph.parameters());
    AtomicFiles.write(Path.of(file), temporary -> SafeTensors.write(temporary, inputs, Map.of()));
    return ChildServer.answer();
  }

  private ObjectNode gradients(String file) {
    Map<String, INDArray> gradients = new LinkedHashMap<>();
    double loss = gradients(gradients);
    AtomicFiles.write(
        Path.of(file), temporary -> SafeTensors.write(temporary, gradients, Map.of()));
    return ChildServer.answer().put("loss", loss);
  }

  private ObjectNode compare(String file) {
    Map<String, INDArray> gradients = new LinkedHashMap<>();
    ObjectNode answer = ChildServer.answer().put("loss", gradients(gradients));
    Agreement.GradientDifference.between(SafeTensors.read(Path.of(file)).tensors(), gradients)
        .write(answer);
    return answer;
  }

  /** Puts the gradients at the initial weights into a map and gives the loss. */
  private double gradients(Map<String, INDArray> gradients) {
    double[] loss = new double[1];
    String total = graph.total().name();
    ImageBatch batch = batch();
    Map<String, INDArray> feeds = graph.model().trainingFeeds(batch, position(0), 0);
    try (GraphSession session =
        GraphSession.withGradients(
            graph.graph(),
            graph.total(),
            List.copyOf(graph.trained().keySet()),
            Precisions.training(config.training()).withState(graph.state()))) {
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
    return loss[0];
  }

  private ObjectNode steps(String count) {
    if (step == null) {
      step = new TrainingStep(graph, config, 0);
    }
    milliseconds();
    ObjectNode answer = ChildServer.answer();
    DoubleStream.generate(this::milliseconds)
        .limit(Integer.parseInt(count))
        .forEach(answer.putArray("ms")::add);
    return answer;
  }

  private ObjectNode profile(String count) {
    int passes = Integer.parseInt(count);
    ImageBatch batch = batch();
    Map<String, INDArray> feeds = graph.model().trainingFeeds(batch, position(0), 0);
    List<String> wanted = List.of(graph.total().name());
    ObjectNode answer = ChildServer.answer();
    ObjectNode profile = answer.putObject("ms");
    try (GraphSession session =
        GraphSession.withGradients(
            graph.graph(),
            graph.total(),
            List.copyOf(graph.trained().keySet()),
            Precisions.training(config.training()).withState(graph.state()).profiled())) {
      session.run(feeds, wanted, values -> {});
      session.run(feeds, wanted, values -> {});
      Map<String, Double> before = session.profile();
      for (int i = 0; i < passes; i++) {
        session.run(feeds, wanted, values -> {});
      }
      session.profile().forEach((name, ms) -> profile.put(name, (ms - before.get(name)) / passes));
    }
    Feeds.close(feeds, batch);
    return answer;
  }

  /** Makes a step, and times it. */
  private double milliseconds() {
    ImageBatch batch = batch();
    long startedAt = System.nanoTime();
    step.step(List.of(batch), position(made++), LEARNING_RATE);
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
}
