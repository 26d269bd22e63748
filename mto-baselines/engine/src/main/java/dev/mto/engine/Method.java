package dev.mto.engine;

import dev.mto.data.ImageBatch;
import java.util.List;
import java.util.Map;
import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.linalg.api.ndarray.INDArray;

/** What the training job has to know of a baseline's graph. Shapes: B batch, N patches, D width. */
public interface Method {
  /** The self-supervised loss, a scalar. */
  SDVariable selfSupervisedLoss();

  /** Where MTO attaches: one group of token tensors for each encoder or decoder that it acts on. */
  List<TokenGroup> tokenGroups();

  /** The 0/1 mask [B, N], 1 = masked. */
  SDVariable mask();

  /** Patch features for evaluation [B, N, D], after the encoder's last norm. */
  SDVariable features();

  /** The predicted image [B, C, H, W], in normalised pixels. */
  SDVariable prediction();

  /** Whether weight decay applies to the parameter of this name and number of dimensions. */
  boolean decayed(String parameter, int rank);

  /**
   * Values of all placeholders for a training batch.
   *
   * @param step index of the optimizer step, from which anything random is derived
   */
  Map<String, INDArray> trainingFeeds(ImageBatch batch, long step, int microBatch);

  /** Values of all placeholders without training-time randomness. */
  Map<String, INDArray> evaluationFeeds(ImageBatch batch);

  /**
   * The self-supervised loss of predicting each image's mean over its visible pixels, the level
   * that a model must pass to have learnt something; NaN where a method has no such reference.
   */
  double referenceLoss(ImageBatch batch);

  /** Called after each optimizer step, e.g. to move a teacher. */
  default void afterUpdate(long step) {}

  /** Arrays beside the parameters that a checkpoint must hold, e.g. a teacher's; live arrays. */
  default Map<String, INDArray> state() {
    return Map.of();
  }
}
