package dev.mto.engine;

import dev.mto.data.ImageBatch;
import dev.mto.executor.state.LiveState;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * A baseline's model in a graph, and what training asks of it. Shapes: B batch, C channels, H x W
 * pixels, N patches, D width.
 */
public interface Model {
  /**
   * Where in the graph things are.
   *
   * @param mask the 0/1 mask [B, N], 1 = masked
   * @param loss the self-supervised loss, a scalar
   * @param lossParts scalars that the loss is made of, logged as {@code loss.NAME}; empty where it
   *     is one loss
   * @param tokenGroups where MTO attaches: one for each encoder or decoder that it acts on
   * @param features patch features for evaluation [B, N, D], after the encoder's last norm, nothing
   *     masked; they need no other placeholder than the images where the batch has no mask
   * @param predictions pictures of what the method predicts, the usual one first; at least one
   */
  record Outputs(
      SDVariable mask,
      SDVariable loss,
      Map<String, SDVariable> lossParts,
      List<TokenGroup> tokenGroups,
      SDVariable features,
      List<Prediction> predictions) {
    /** Copies the lists. */
    public Outputs {
      tokenGroups = List.copyOf(tokenGroups);
      predictions = List.copyOf(predictions);
    }

    /** Of a method with one loss and one place for MTO. */
    public static Outputs of(
        SDVariable mask,
        SDVariable loss,
        TokenGroup tokens,
        SDVariable features,
        List<Prediction> predictions) {
      return new Outputs(mask, loss, Map.of(), List.of(tokens), features, predictions);
    }
  }

  /** Where in the graph things are. */
  Outputs outputs();

  /**
   * Whether weight decay applies to the parameter of this name and number of dimensions: to all but
   * vectors and biases, unless the method says otherwise.
   */
  default boolean decayed(String parameter, int rank) {
    return rank > 1 && !parameter.endsWith(".bias");
  }

  /** Whether the parameter of this name is what masked patches are replaced by. */
  default boolean maskToken(String parameter) {
    return parameter.equals("mask_token") || parameter.endsWith(".mask_token");
  }

  /**
   * Values of all placeholders for a training batch, dense and in c order.
   *
   * @param at the optimizer step, from which anything random is derived
   */
  default Map<String, INDArray> trainingFeeds(
      ImageBatch batch, TrainingPosition at, int microBatch) {
    return evaluationFeeds(batch);
  }

  /**
   * Values of all placeholders without training-time randomness. A batch without masks is for the
   * features.
   */
  Map<String, INDArray> evaluationFeeds(ImageBatch batch);

  /**
   * The self-supervised loss of a prediction that needs no model, the level that a model must pass
   * to have learnt something; NaN where a method has no such reference.
   */
  default double referenceLoss(ImageBatch batch, TrainingPosition at) {
    return Double.NaN;
  }

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

  /** Arrays beside the parameters that {@link #afterUpdate} moves where these are. */
  default Collection<INDArray> followers() {
    return List.of();
  }

  /**
   * Called after each optimizer step, e.g. to move a teacher.
   *
   * @param state has all arrays that are trained or follow what is trained; elements are to be read
   *     and written after they were asked for there
   */
  default void afterUpdate(TrainingPosition at, LiveState state) {}

  /**
   * Arrays beside the parameters that a checkpoint must hold, live, wherever their elements are:
   * buffers of the official checkpoint under their official names, a teacher's under {@code
   * teacher.} and theirs.
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
