package dev.mto.engine.encoder;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * The vectors of highest cosine similarity to some queries, among vectors that come block by block,
 * so that there may be more of them than fit into memory. Q queries, D values each.
 */
public final class CosineSearch {
  private final INDArray queries;
  private final Nearest[] nearest;

  /**
   * A vector that was found.
   *
   * @param row its place among all, from 0
   * @param similarity cosine, -1 to 1
   */
  public record Neighbour(int row, double similarity) {}

  /**
   * A search among nothing yet.
   *
   * @param queries [Q, D] of Euclidean norm 1, kept
   * @param most how many are found for each query
   */
  public CosineSearch(INDArray queries, int most) {
    this.queries = queries;
    this.nearest = new Nearest[(int) queries.size(0)];
    Arrays.setAll(nearest, q -> new Nearest(most));
  }

  /**
   * Searches in a further block.
   *
   * @param first place of the block's first row among all
   * @param rows [n, D] of Euclidean norm 1
   */
  public void among(int first, INDArray rows) {
    try (INDArray similarity = queries.mmul(rows.transpose())) {
      for (int q = 0; q < nearest.length; q++) {
        nearest[q].offer(first, similarity.getRow(q).toFloatVector());
      }
    }
  }

  Nearest nearest(int query) {
    return nearest[query];
  }

  /** What was found for a query, the most similar first; of equal ones the first in order. */
  public List<Neighbour> of(int query) {
    List<Neighbour> found = new ArrayList<>();
    for (int rank = 0; rank < nearest[query].size(); rank++) {
      found.add(new Neighbour(nearest[query].image(rank), nearest[query].similarity(rank)));
    }
    return found;
  }
}
