package dev.mto.engine.run;

import dev.mto.data.ImageBatch;
import dev.mto.data.ImageBatches;
import dev.mto.engine.Baseline;
import dev.mto.engine.Method;
import dev.mto.engine.TrainingPosition;
import dev.mto.engine.config.RunConfig;
import dev.mto.engine.optimizer.AdamW;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/** Times training steps of a configuration on its own images, without reading them. */
public final class StepBenchmark implements AutoCloseable {
  private final Images images;
  private final TrainingStep step;
  private final AdamW optimizer;
  private final Method method;
  private final int batch;
  private long made;

  /** Builds the graph. */
  public StepBenchmark(Baseline baseline, RunConfig config) {
    images = new Images(config, baseline, Path.of("bad-images.txt"));
    TrainingGraph graph = TrainingGraph.build(baseline, config, DataType.FLOAT);
    Map<String, INDArray> parameters = graph.parameters();
    optimizer =
        new AdamW(
            parameters,
            name -> graph.method().decayed(name, parameters.get(name).rank()),
            config.training().betas().get(0),
            config.training().betas().get(1),
            config.training().adamEpsilon(),
            config.training().weightDecay());
    step = new TrainingStep(graph, optimizer, config.training().clip());
    method = graph.method();
    batch = config.training().batch();
  }

  /**
   * Arithmetic of a forward and a backward pass over a batch, in GFLOP (the backward counts 2); NaN
   * where the method does not count it.
   */
  public double gigaFlops() {
    return 3 * method.forwardFlops() * batch / 1e9;
  }

  /** The fastest of {@code steps} steps after two to warm up, in milliseconds. */
  public double milliseconds(int steps) {
    double best = Double.POSITIVE_INFINITY;
    for (int i = 0; i < steps + 2; i++) {
      try (ImageBatches batches = images.training(0, 0)) {
        ImageBatch next = batches.nextBatch();
        long startedAt = System.nanoTime();
        step.run(List.of(next), new TrainingPosition(made++, Long.MAX_VALUE, 1), 1e-4, false);
        if (i >= 2) {
          best = Math.min(best, (System.nanoTime() - startedAt) / 1e6);
        }
      }
    }
    return best;
  }

  @Override
  public void close() {
    step.close();
    optimizer.close();
  }
}
