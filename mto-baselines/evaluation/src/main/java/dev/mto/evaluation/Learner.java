package dev.mto.evaluation;

import dev.mto.data.ImageBatch;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.nd4j.linalg.api.ndarray.INDArray;

/** A classifier that is trained step by step on labelled images. */
public interface Learner extends AutoCloseable {
  /**
   * One optimizer step. The batches are closed.
   *
   * @param microBatches labelled images; their mean gradient is taken
   * @param step index of the step, from which anything random is derived
   * @return the mean loss in nats
   */
  double step(List<ImageBatch> microBatches, long step, double learningRate);

  /**
   * Scores of images.
   *
   * @param images [B, C, H, W] float32
   * @param use receives the logits [B, K], valid during the call only
   */
  void logits(INDArray images, Consumer<INDArray> use);

  /** Live arrays that a checkpoint must hold: parameters under their names, optimizer, buffers. */
  Map<String, INDArray> state();

  /** Continues after {@code steps} steps whose state has been put into {@link #state}. */
  void resumeAt(long steps);

  @Override
  void close();
}
