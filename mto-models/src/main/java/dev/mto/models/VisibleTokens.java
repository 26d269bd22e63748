package dev.mto.models;

import java.util.stream.IntStream;
import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * Selection of the visible tokens by one-hot matrices [B, V, N]: SameDiff has no right gradient of
 * a gather, and that of a matrix product is exact.
 */
public final class VisibleTokens {
  private VisibleTokens() {}

  /**
   * The selection of the visible tokens in image order.
   *
   * @param mask [B, N], 1 = masked; the same number in every image
   * @return [B, V, N] of {@code type}; the caller closes it
   * @throws IllegalArgumentException when images differ in their number of visible tokens
   */
  public static INDArray selection(INDArray mask, DataType type) {
    int images = (int) mask.size(0);
    int[][] order = new int[images][];
    for (int b = 0; b < images; b++) {
      float[] row = mask.getRow(b).dup('c').data().asFloat();
      order[b] = IntStream.range(0, row.length).filter(i -> row[i] == 0).toArray();
    }
    return selection(order, (int) mask.size(1), type);
  }

  /**
   * The selection of the given tokens in the given order.
   *
   * @param order token indices [B][V]
   * @param tokens N
   */
  public static INDArray selection(int[][] order, int tokens, DataType type) {
    int visible = order[0].length;
    float[] values = new float[order.length * visible * tokens];
    for (int b = 0; b < order.length; b++) {
      if (order[b].length != visible) {
        throw new IllegalArgumentException(
            "image %d of the batch has %d visible tokens, image 0 has %d; dropping masked tokens needs"
                    .formatted(b, order[b].length, visible)
                + " the same number in each");
      }
      for (int v = 0; v < visible; v++) {
        values[(b * visible + v) * tokens + order[b][v]] = 1;
      }
    }
    INDArray selection = Nd4j.create(values, new long[] {order.length, visible, tokens}, 'c');
    return type == DataType.FLOAT ? selection : selection.castTo(type);
  }

  /** Tokens [B, N, D] to the selected ones [B, V, D]. */
  public static SDVariable select(SDVariable selection, SDVariable tokens) {
    return selection.mmul(tokens);
  }

  /** Selected tokens [B, V, D] back in their places [B, N, D], zeros elsewhere. */
  public static SDVariable restore(SDVariable selection, SDVariable selected) {
    return selection.getSameDiff().mmul(selection, selected, true, false, false);
  }
}
