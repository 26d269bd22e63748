package dev.mto.engine.pictures;

/** The affinities of all token pairs of one layer: masked tokens first, then visible ones. */
public final class LayerAffinity {
  private final String title;
  private final double[][] affinity;
  private final int masked;

  /**
   * Copies the matrix.
   *
   * @param title names the layer, such as {@code "block 3"}
   * @param affinity [N, N]; row i holds the affinities of token i to every token; the masked tokens
   *     come first, in rows and columns
   * @param masked the number of masked tokens, 0 to N
   * @throws IllegalArgumentException if the matrix is empty or not square, or {@code masked} does
   *     not fit
   */
  public LayerAffinity(String title, double[][] affinity, int masked) {
    int tokens = affinity.length;
    this.title = title;
    this.affinity = new double[tokens][];
    for (int row = 0; row < tokens; row++) {
      if (affinity[row].length != tokens) {
        throw new IllegalArgumentException(
            "row %d of affinity map '%s' has %d values for %d tokens: give a square matrix"
                .formatted(row, title, affinity[row].length, tokens));
      }
      this.affinity[row] = affinity[row].clone();
    }
    if (tokens == 0 || masked < 0 || masked > tokens) {
      throw new IllegalArgumentException(
          "affinity map '%s' has %d masked of %d tokens: give at least one token and no more masked tokens than tokens"
              .formatted(title, masked, tokens));
    }
    this.masked = masked;
  }

  String title() {
    return title;
  }

  int tokens() {
    return affinity.length;
  }

  int masked() {
    return masked;
  }

  double at(int row, int column) {
    return affinity[row][column];
  }

  /** The smallest and the largest finite value; 0 and 0 where none is finite. */
  Range range() {
    double min = Double.POSITIVE_INFINITY;
    double max = Double.NEGATIVE_INFINITY;
    for (double[] row : affinity) {
      for (double value : row) {
        if (Double.isFinite(value)) {
          min = Math.min(min, value);
          max = Math.max(max, value);
        }
      }
    }
    return min > max ? new Range(0, 0) : new Range(min, max);
  }

  /** The values between which a map is normalised. */
  record Range(double min, double max) {
    /** 0 for the smallest value, 1 for the largest; 0 where all are equal. */
    double normalise(double value) {
      return max > min ? (value - min) / (max - min) : 0;
    }
  }
}
