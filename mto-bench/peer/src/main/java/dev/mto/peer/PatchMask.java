package dev.mto.peer;

import static org.bytedeco.pytorch.global.torch.tensor;

import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;

/** Which patch tokens of each image of a batch are masked; every image masks the same number. */
final class PatchMask {

  private final int batch;
  private final int tokens;
  private final int maskedCount;
  private final Tensor masked;
  private final Tensor tokenRows;
  private final Tensor visibleRows;
  private final Tensor restoringRows;

  /**
   * @param masked 1 = masked, 0 = visible; one row of N an image
   * @param type floating type of the model's tensors
   */
  PatchMask(long[][] masked, ScalarType type) {
    batch = masked.length;
    tokens = masked[0].length;
    maskedCount = count(masked[0]);
    if (maskedCount == 0 || maskedCount == tokens) {
      throw new IllegalArgumentException(
          maskedCount
              + " of "
              + tokens
              + " tokens are masked: at least one masked and one visible token are needed;"
              + " change masking.ratio");
    }
    int[][] order = new int[batch][];
    long[] flat = new long[batch * tokens];
    for (int b = 0; b < batch; b++) {
      order[b] = visibleThenMasked(masked[b], b);
      System.arraycopy(masked[b], 0, flat, b * tokens, tokens);
    }
    this.masked = tensor(flat).view(batch, tokens, 1).to(type);
    tokenRows = tensor(tokenRows(order));
    visibleRows = tensor(visibleRows(order));
    restoringRows = tensor(restoringRows(order));
  }

  /** Of a mask [B, N] of 0 and 1 in any type. */
  static PatchMask of(Tensor mask, ScalarType type) {
    long[][] rows = new long[(int) mask.size(0)][(int) mask.size(1)];
    Tensor whole = mask.to(ScalarType.Long).contiguous();
    for (int b = 0; b < rows.length; b++) {
      whole.select(0, b).data_ptr_long().get(rows[b]);
    }
    return new PatchMask(rows, type);
  }

  /** [B, N, 1], 1 = masked. */
  Tensor masked() {
    return masked;
  }

  /** [B * N] rows of the tokens [B * T, D]: of each image its visible, then its masked ones. */
  Tensor visibleThenMaskedRows() {
    return tokenRows;
  }

  /** [B * V] rows of the visible patches among the patches [B * N, D]. */
  Tensor visibleRows() {
    return visibleRows;
  }

  /** [B * N] rows that put [B, visible then masked, D] back in image order. */
  Tensor restoringRows() {
    return restoringRows;
  }

  int batch() {
    return batch;
  }

  int visibleCount() {
    return tokens - maskedCount;
  }

  int maskedCount() {
    return maskedCount;
  }

  private int[] visibleThenMasked(long[] masked, int image) {
    if (count(masked) != maskedCount) {
      throw new IllegalArgumentException(
          "image "
              + image
              + " masks "
              + count(masked)
              + " tokens and image 0 masks "
              + maskedCount
              + ": mask the same number in every image");
    }
    int[] order = new int[tokens];
    int visible = 0;
    int hidden = visibleCount();
    for (int n = 0; n < tokens; n++) {
      if (masked[n] == 0) {
        order[visible++] = n;
      } else {
        order[hidden++] = n;
      }
    }
    return order;
  }

  private long[] tokenRows(int[][] order) {
    long[] rows = new long[batch * tokens];
    for (int b = 0; b < batch; b++) {
      for (int i = 0; i < tokens; i++) {
        rows[b * tokens + i] = b * (tokens + 1L) + 1 + order[b][i];
      }
    }
    return rows;
  }

  private long[] visibleRows(int[][] order) {
    long[] rows = new long[batch * visibleCount()];
    for (int b = 0; b < batch; b++) {
      for (int i = 0; i < visibleCount(); i++) {
        rows[b * visibleCount() + i] = (long) b * tokens + order[b][i];
      }
    }
    return rows;
  }

  private long[] restoringRows(int[][] order) {
    long[] rows = new long[batch * tokens];
    for (int b = 0; b < batch; b++) {
      for (int i = 0; i < tokens; i++) {
        rows[b * tokens + order[b][i]] = (long) b * tokens + i;
      }
    }
    return rows;
  }

  private static int count(long[] masked) {
    int sum = 0;
    for (long m : masked) {
      sum += (int) m;
    }
    return sum;
  }
}
