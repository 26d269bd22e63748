package dev.mto.peer;

import static org.bytedeco.pytorch.global.torch.tensor;

import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;

/** Which patch tokens of each image of a batch are masked; every image masks the same number. */
final class PatchMask {

  private final Tensor masked;
  private final Tensor rows;
  private final int batch;
  private final int visibleCount;
  private final int maskedCount;

  /**
   * @param masked 1 = masked, 0 = visible; one row of N an image
   * @param type floating type of the model's tensors
   */
  PatchMask(long[][] masked, ScalarType type) {
    int tokens = masked[0].length;
    batch = masked.length;
    maskedCount = count(masked[0]);
    visibleCount = tokens - maskedCount;
    if (maskedCount == 0 || visibleCount == 0) {
      throw new IllegalArgumentException(
          maskedCount
              + " of "
              + tokens
              + " tokens are masked: at least one masked and one visible token are needed;"
              + " change --mask-ratio or --unit");
    }
    this.masked = flatten(masked, tokens).view(batch, tokens, 1).to(type);
    rows = visibleThenMasked(masked, tokens);
  }

  /** [B, N, 1], 1 = masked. */
  Tensor masked() {
    return masked;
  }

  /** [B * N] rows of the tokens [B * T, D]: of each image its visible, then its masked ones. */
  Tensor visibleThenMaskedRows() {
    return rows;
  }

  int batch() {
    return batch;
  }

  int visibleCount() {
    return visibleCount;
  }

  int maskedCount() {
    return maskedCount;
  }

  private static Tensor flatten(long[][] masked, int tokens) {
    long[] flat = new long[masked.length * tokens];
    for (int b = 0; b < masked.length; b++) {
      System.arraycopy(masked[b], 0, flat, b * tokens, tokens);
    }
    return tensor(flat);
  }

  private Tensor visibleThenMasked(long[][] masked, int tokens) {
    long[] order = new long[batch * tokens];
    for (int b = 0; b < batch; b++) {
      if (count(masked[b]) != maskedCount) {
        throw new IllegalArgumentException(
            "image "
                + b
                + " masks "
                + count(masked[b])
                + " tokens and image 0 masks "
                + maskedCount
                + ": mask the same number in every image");
      }
      int visible = b * tokens;
      int hidden = visible + visibleCount;
      for (int n = 0; n < tokens; n++) {
        long row = b * (tokens + 1L) + 1 + n;
        if (masked[b][n] == 0) {
          order[visible++] = row;
        } else {
          order[hidden++] = row;
        }
      }
    }
    return tensor(order);
  }

  private static int count(long[] masked) {
    int sum = 0;
    for (long m : masked) {
      sum += (int) m;
    }
    return sum;
  }
}
