package dev.mto.evaluation;

import dev.mto.engine.optimizer.LearningRate;
import dev.mto.engine.run.Trainee;
import java.util.Map;
import java.util.function.Consumer;
import org.nd4j.linalg.api.ndarray.INDArray;

/** A classifier that is trained step by step on labelled images; its loss is in nats. */
public interface Learner extends Trainee {
  /** Makes a classifier before its first step. */
  @FunctionalInterface
  interface Factory {
    /** One of so many classes, trained on so many images by this schedule. */
    Learner of(int classes, int images, LearningRate schedule);
  }

  /**
   * Tensors under official names that it is computed with and that training leaves as they are;
   * they are kept beside its checkpoints. By default there are none.
   */
  default Map<String, INDArray> fixed() {
    return Map.of();
  }

  /**
   * Scores of images.
   *
   * @param images [B, C, H, W] float32
   * @param use receives the logits [B, K], valid during the call only
   */
  void logits(INDArray images, Consumer<INDArray> use);
}
