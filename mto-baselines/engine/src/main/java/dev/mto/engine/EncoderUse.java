package dev.mto.engine;

import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.autodiff.samediff.SameDiff;
import org.nd4j.linalg.api.buffer.DataType;

/**
 * What an encoder is built for once pre-training is over.
 *
 * @param fineTuned whether it is trained on: positions are then learned as the official fine-tuning
 *     learns them, and branches can be dropped
 * @param dropPath drop path rate of the last block, rising linearly from 0 in the first
 */
public record EncoderUse(boolean fineTuned, double dropPath) {
  /** The encoder as pre-training left it. */
  public static EncoderUse frozen() {
    return new EncoderUse(false, 0);
  }

  /** An encoder to be trained on. */
  public static EncoderUse fineTuned(double dropPath) {
    return new EncoderUse(true, dropPath);
  }

  /** The placeholder {@code dropPath} [2*depth, B], or null where nothing is dropped. */
  public SDVariable dropPathInput(SameDiff graph, DataType type, int depth) {
    return dropPath == 0 ? null : graph.placeHolder("dropPath", type, 2L * depth, -1);
  }
}
