package dev.mto.executor.kernels;

import java.util.Arrays;

/**
 * A batch of one-hot selections [B, V, N] as indices. {@link #read} is called when the matrices
 * change; kernels that were prepared with this object use the indices of the last call.
 */
public final class Selection {
  private final int images;
  private final int selected;
  private final int tokens;
  private final int[] index;
  private Selection complement;
  private int changes;

  /** Selections of {@code selected} of {@code tokens} tokens for each of {@code images}. */
  public Selection(int images, int selected, int tokens) {
    this.images = images;
    this.selected = selected;
    this.tokens = tokens;
    this.index = new int[images * selected];
  }

  /** Marks two selections as taking each token of an image once between them. */
  public static void pair(Selection one, Selection other) {
    if (one.tokens != other.tokens || one.selected + other.selected != one.tokens) {
      throw new IllegalArgumentException(
          "selections of %d and %d of %d tokens are not complementary"
              .formatted(one.selected, other.selected, one.tokens));
    }
    one.complement = other;
    other.complement = one;
  }

  /** Whether this and {@code other} take each token once between them. */
  public boolean isComplementOf(Selection other) {
    return complement == other;
  }

  /**
   * Takes the indices from matrices.
   *
   * @param matrices [B, V, N] in c order
   * @return whether each row has a single 1 and otherwise 0, and no column two; if not, nothing can
   *     be gathered
   */
  public boolean read(float[] matrices) {
    changes++;
    boolean[] taken = new boolean[tokens];
    for (int row = 0; row < index.length; row++) {
      if (row % selected == 0) {
        Arrays.fill(taken, false);
      }
      int found = -1;
      for (int n = 0; n < tokens; n++) {
        float value = matrices[row * tokens + n];
        if (value == 0) {
          continue;
        }
        if (value != 1 || found >= 0 || taken[n]) {
          return false;
        }
        found = n;
      }
      if (found < 0) {
        return false;
      }
      taken[found] = true;
      index[row] = found;
    }
    return true;
  }

  /**
   * Takes the columns in which a matrix has a value, row by row.
   *
   * @param mask [B, N] in c order
   * @return whether each row has it as often as tokens are selected
   */
  public boolean readMask(float[] mask, float value) {
    changes++;
    for (int image = 0; image < images; image++) {
      int found = 0;
      for (int token = 0; token < tokens; token++) {
        if (mask[image * tokens + token] == value) {
          if (found == selected) {
            return false;
          }
          index[image * selected + found++] = token;
        }
      }
      if (found < selected) {
        return false;
      }
    }
    return true;
  }

  /** Selected tokens of an image. */
  public int selected() {
    return selected;
  }

  /** Tokens of an image. */
  public int tokens() {
    return tokens;
  }

  /** The selected tokens of each image [B, V], those of the last call; not to be changed. */
  public int[] indices() {
    return index;
  }

  /** How often the indices may have changed, so that copies of them know that they are old. */
  public int changes() {
    return changes;
  }

  int index(int image, int row) {
    return index[image * selected + row];
  }
}
