package dev.mto.models.weights;

/**
 * Rows and columns of patches.
 *
 * @param height rows, at least 1
 * @param width columns, at least 1
 */
public record PatchGrid(int height, int width) {
  /** Checks that there is a patch. */
  public PatchGrid {
    if (height < 1 || width < 1) {
      throw new IllegalArgumentException(
          "grid %d x %d: needs at least one row and one column".formatted(height, width));
    }
  }

  /**
   * The square grid of a number of patches.
   *
   * @throws IllegalArgumentException when it is not a square number
   */
  public static PatchGrid square(long patches) {
    int side = (int) Math.round(Math.sqrt((double) patches));
    if ((long) side * side != patches) {
      throw new IllegalArgumentException(
          patches + " patches do not form a square: give rows and columns of the grid");
    }
    return new PatchGrid(side, side);
  }

  int patches() {
    return Math.multiplyExact(height, width);
  }

  /** The grid of distances between two patches: 2h-1 rows, 2w-1 columns. */
  PatchGrid distances() {
    return new PatchGrid(2 * height - 1, 2 * width - 1);
  }
}
