package dev.mto.engine;

import dev.mto.data.ImageBatch;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.linalg.api.ndarray.INDArray;

/** What the training job has to know of a baseline's graph. Shapes: B batch, N patches, D width. */
public interface Method {
  /** The self-supervised loss, a scalar. */
  SDVariable selfSupervisedLoss();

  /**
   * Scalars that {@link #selfSupervisedLoss} is made of, logged as {@code loss.NAME}; empty where
   * it is one loss.
   */
  default Map<String, SDVariable> lossParts() {
    return Map.of();
  }

  /** Where MTO attaches: one group of token tensors for each encoder or decoder that it acts on. */
  List<TokenGroup> tokenGroups();

  /** The 0/1 mask [B, N], 1 = masked. */
  SDVariable mask();

  /**
   * Patch features for evaluation [B, N, D], after the encoder's last norm, nothing masked; needs
   * no other placeholder than the images where the batch has no mask.
   */
  SDVariable features();

  /** Pictures of what the method predicts, the usual one first; at least one. */
  List<Prediction> predictions();

  /** Whether weight decay applies to the parameter of this name and number of dimensions. */
  boolean decayed(String parameter, int rank);

  /**
   * Values of all placeholders for a training batch, dense and in c order.
   *
   * @param at the optimizer step, from which anything random is derived
   */
  Map<String, INDArray> trainingFeeds(ImageBatch batch, TrainingPosition at, int microBatch);

  /**
   * Values of all placeholders without training-time randomness. A batch without a mask is for
   * {@link #features}.
   */
  Map<String, INDArray> evaluationFeeds(ImageBatch batch);

  /**
   * Floating-point operations of the matrix products of one image's forward pass, a teacher's
   * included at a third: it has no backward pass, which counts twice. NaN where not counted.
   */
  default double forwardFlops() {
    return Double.NaN;
  }

  /**
   * The self-supervised loss of a prediction that needs no model, the level that a model must pass
   * to have learnt something; NaN where a method has no such reference.
   */
  double referenceLoss(ImageBatch batch, TrainingPosition at);

  /** Variables whose values {@link #observe} wants of every micro-batch. */
  default List<SDVariable> observed() {
    return List.of();
  }

  /**
   * Called after each micro-batch.
   *
   * @param values of {@link #observed}, by variable name; valid during the call only
   */
  default void observe(Map<String, INDArray> values) {}

  /** Called after each optimizer step, e.g. to move a teacher. */
  default void afterUpdate(TrainingPosition at) {}

  /**
   * Arrays beside the parameters that a checkpoint must hold, live: buffers of the official
   * checkpoint under their official names, a teacher's under {@code teacher.} and theirs.
   */
  default Map<String, INDArray> state() {
    return Map.of();
  }

  /**
   * Brings what follows from the parameters in line with them after they were replaced, e.g. a
   * teacher that starts as a copy.
   *
   * @param given names of parameters and state that were replaced
   */
  default void initialised(Set<String> given) {}
}
