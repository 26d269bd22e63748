package dev.mto.engine.folder;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.util.Map;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * A training state.
 *
 * @param position where the run stands
 * @param tensors parameters under their official names, {@code optimizer.*} moments and a method's
 *     own state
 */
public record Checkpoint(Position position, Map<String, INDArray> tensors) {
  /**
   * Where a run stands; with the seed it determines everything random that follows.
   *
   * @param step optimizer steps done
   * @param epoch epoch of the next step, from 0
   * @param stepInEpoch steps of that epoch already done
   * @param baseline name of the method
   * @param model the encoder, in words, to refuse another model's checkpoint
   * @param unmeasured the row of metrics of the last step, where a stop came before the epoch that
   *     it ended was measured; else null
   */
  @JsonInclude(JsonInclude.Include.NON_NULL)
  public record Position(
      long step,
      int epoch,
      long stepInEpoch,
      String baseline,
      String model,
      Map<String, Object> unmeasured) {}
}
