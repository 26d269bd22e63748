package dev.mto.models;

import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.autodiff.samediff.SameDiff;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * Sequences of tokens: the class token before them, mask tokens among them, the visible ones alone.
 * Shapes: B images, N patches, V visible ones, D width.
 *
 * <p>Visible tokens are selected by one-hot matrices: SameDiff has no right gradient of a gather,
 * and that of a matrix product is exact.
 */
public final class Tokens {
  private static final long[] ALL = {0, 0, 0};

  private Tokens() {}

  /** The class token [1, 1, D] before the tokens [B, T, D] of every image: [B, 1+T, D]. */
  public static SDVariable prepend(SDVariable classToken, SDVariable tokens) {
    SameDiff graph = tokens.getSameDiff();
    SDVariable images = graph.stridedSlice(tokens.shape(), new long[] {0}, new long[] {1}, 1L);
    SDVariable ones =
        graph.fill(
            graph.concat(0, images, graph.constant(Nd4j.createFromArray(1L, 1L))),
            tokens.dataType(),
            1);
    return graph.concat(1, ones.mul(classToken), tokens);
  }

  /** Tokens [B, 1+T, D] to the class tokens [B, 1, D]. */
  public static SDVariable classToken(SDVariable tokens) {
    // dimension 1 from 0 to 1, the others whole
    return tokens
        .getSameDiff()
        .stridedSlice(tokens, ALL, new long[] {0, 1, 0}, new long[] {1, 1, 1}, 7, 5, 0, 0, 0);
  }

  /** Tokens [B, 1+T, D] without the class token: [B, T, D]. */
  public static SDVariable patches(SDVariable tokens) {
    // dimension 1 from 1 on, the others whole
    return tokens
        .getSameDiff()
        .stridedSlice(tokens, new long[] {0, 1, 0}, ALL, new long[] {1, 1, 1}, 5, 7, 0, 0, 0);
  }

  /**
   * Patch tokens with the masked ones replaced by one learned token: x·(1 - m) + token·m.
   *
   * @param patches x [B, N, D]
   * @param mask m [B, N], 1 = masked
   * @param maskToken [1, 1, D]
   */
  public static SDVariable replaceMasked(
      SDVariable patches, SDVariable mask, SDVariable maskToken) {
    return patches.mul(column(mask.rsub(1))).add(where(mask, maskToken));
  }

  /**
   * The tokens of a decoder: the visible ones in their places, the mask token in the others.
   *
   * @param visible [B, V, D]
   * @param selection one-hot rows of the visible tokens [B, V, N], in the order of {@code visible}
   * @param mask [B, N], 1 = masked
   * @param maskToken [1, 1, D]
   * @return [B, N, D]
   */
  public static SDVariable restore(
      SDVariable visible, SDVariable selection, SDVariable mask, SDVariable maskToken) {
    SDVariable placed = visible.getSameDiff().mmul(selection, visible, true, false, false);
    return placed.add(where(mask, maskToken));
  }

  /**
   * {@code values} [1, 1, D] or [1, N, D] where the mask [B, N] is 1, zero elsewhere: [B, N, D].
   */
  public static SDVariable where(SDVariable mask, SDVariable values) {
    return column(mask).mul(values);
  }

  private static SDVariable column(SDVariable mask) {
    return mask.getSameDiff().expandDims(mask, -1); // (B, N) -> (B, N, 1)
  }

  /**
   * The selection of visible tokens, [B, V, N] one-hot: what {@code selection.mmul(tokens)} takes
   * from tokens [B, N, D].
   *
   * @param visible token indices [B][V]
   * @param tokens N
   * @return an array of {@code type}; the caller closes it
   * @throws IllegalArgumentException when images differ in their number of visible tokens
   */
  public static INDArray selection(int[][] visible, int tokens, DataType type) {
    int count = visible[0].length;
    float[] values = new float[visible.length * count * tokens];
    for (int b = 0; b < visible.length; b++) {
      if (visible[b].length != count) {
        throw new IllegalArgumentException(
            "image %d of the batch has %d visible tokens, image 0 has %d; dropping masked tokens needs"
                    .formatted(b, visible[b].length, count)
                + " the same number in each");
      }
      for (int v = 0; v < count; v++) {
        values[(b * count + v) * tokens + visible[b][v]] = 1;
      }
    }
    INDArray selection = Nd4j.create(values, new long[] {visible.length, count, tokens}, 'c');
    return type == DataType.FLOAT ? selection : selection.castTo(type);
  }
}
