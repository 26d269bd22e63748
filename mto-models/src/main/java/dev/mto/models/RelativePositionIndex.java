package dev.mto.models;

import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * The row of the relative position table that each pair of tokens reads, as BEiT defined it: the
 * buffer {@code relative_position_index} of official checkpoints.
 */
public final class RelativePositionIndex {
  private RelativePositionIndex() {}

  /** The index [1+N, 1+N] of an h x w grid of patches after a class token, type INT64. */
  public static INDArray of(int gridHeight, int gridWidth) {
    int tokens = 1 + gridHeight * gridWidth;
    long[] index = new long[tokens * tokens];
    long span = 2L * gridWidth - 1;
    long between = (2L * gridHeight - 1) * span;
    for (int i = 1; i < tokens; i++) {
      index[i] = between;
      index[i * tokens] = between + 1;
      for (int j = 1; j < tokens; j++) {
        long rows = (long) (i - 1) / gridWidth - (j - 1) / gridWidth + gridHeight - 1;
        long columns = (long) (i - 1) % gridWidth - (j - 1) % gridWidth + gridWidth - 1;
        index[i * tokens + j] = rows * span + columns;
      }
    }
    index[0] = between + 2;
    return Nd4j.createFromArray(index).castTo(DataType.INT64).reshape(tokens, tokens);
  }
}
