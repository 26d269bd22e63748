package dev.mto.engine.run;

import dev.mto.data.ImageBatch;
import dev.mto.engine.TrainingPosition;
import java.util.List;
import java.util.Map;
import org.nd4j.linalg.api.ndarray.INDArray;

/** What a training loop trains, step by step. */
public interface Trainee extends AutoCloseable {
  /**
   * One optimizer step. The batches are closed.
   *
   * @param microBatches images whose mean gradient is taken
   * @param at the step, from which anything random is derived
   * @return numbers to log, by name, with {@code loss} among them; the caller may add to it
   * @throws dev.mto.engine.errors.DivergenceException when a loss or gradient is not finite;
   *     parameters are untouched
   */
  Map<String, Object> step(List<ImageBatch> microBatches, TrainingPosition at, double learningRate);

  /**
   * Live arrays that a checkpoint must hold, on the host: parameters under their names, optimizer,
   * buffers. They may be read and written until the next step.
   */
  Map<String, INDArray> state();

  /** Continues after {@code steps} steps whose state has been put into {@link #state}. */
  void resumeAt(long steps);

  @Override
  void close();
}
