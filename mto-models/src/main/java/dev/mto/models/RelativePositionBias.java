package dev.mto.models;

import java.util.function.Supplier;
import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.autodiff.samediff.SameDiff;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * A learned bias of attention scores for each head and each distance of two patches, with three
 * more values for the class token as query, as key, and with itself.
 *
 * <p>SameDiff has no right gradient of a table look-up. A one-hot matrix for all pairs of tokens
 * would take (1+N)² x distances values, but the distance is one of rows and one of columns: two
 * small one-hot products, [h², 2h-1] and [w², 2w-1], select the same with an exact gradient.
 */
final class RelativePositionBias {
  private final SameDiff graph;
  private final VitConfig config;
  private final DataType type;
  private final SDVariable table;

  RelativePositionBias(VitConfig config, Parameters parameters, String name) {
    this.graph = parameters.graph();
    this.config = config;
    this.type = parameters.type();
    this.table =
        parameters.declare(
            name + ".relative_position_bias_table",
            Initializer.zeros(),
            config.distances(),
            config.heads());
    parameters.buffer(
        name + ".relative_position_index", index(config.gridHeight(), config.gridWidth()));
  }

  /** The bias [heads, T, T], added to the scores before the softmax. */
  SDVariable bias() {
    int n = config.patches();
    int heads = config.heads();
    SDVariable across = constant("ones_1x" + n, () -> Nd4j.ones(type, 1, n)); // repeats a column
    // (heads, 1, 1 + N): the class token as query
    SDVariable query =
        graph.concat(1, classDistance(2), classDistance(0).mmul(across)).reshape(heads, 1, 1 + n);
    // (heads, N, 1): the class token as key
    SDVariable key = classDistance(1).mmul(across).reshape(heads, n, 1);
    return graph.concat(1, query, graph.concat(2, key, betweenPatches()));
  }

  /** The bias [heads, N, N] of patch (r, c) as query and patch (r', c') as key. */
  private SDVariable betweenPatches() {
    int h = config.gridHeight();
    int w = config.gridWidth();
    int heads = config.heads();
    SDVariable byRows = distances(h);
    SDVariable byColumns = distances(w);
    SDVariable patches =
        tableRows(0, config.distances() - 3).reshape(2 * h - 1, (2 * w - 1) * heads);
    SDVariable selected =
        byRows
            .mmul(patches)
            // (h*h, (2w-1)*heads) -> (h*h, 2w-1, heads) -> (2w-1, h*h*heads)
            .reshape(h * h, 2 * w - 1, heads)
            .permute(1, 0, 2)
            .reshape(2 * w - 1, h * h * heads);
    return byColumns
        .mmul(selected)
        // (c, c', r, r', heads) -> (heads, r, c, r', c') -> (heads, N, N)
        .reshape(w, w, h, h, heads)
        .permute(4, 2, 0, 3, 1)
        .reshape(heads, h * w, h * w);
  }

  /** One of the class token's three rows of the table, as [heads, 1]. */
  private SDVariable classDistance(int which) {
    int row = config.distances() - 3 + which;
    return tableRows(row, row + 1).reshape(config.heads(), 1);
  }

  private SDVariable tableRows(long from, long to) {
    return graph.stridedSlice(table, new long[] {from, 0}, new long[] {to, config.heads()}, 1L, 1L);
  }

  /** One-hot rows [n*n, 2n-1] of the distance a - b + n - 1 for all pairs (a, b). */
  private SDVariable distances(int n) {
    return constant(
        "distances_" + n,
        () -> {
          INDArray oneHot = Nd4j.zeros(type, (long) n * n, 2L * n - 1);
          for (int a = 0; a < n; a++) {
            for (int b = 0; b < n; b++) {
              oneHot.putScalar((long) a * n + b, a - b + n - 1, 1);
            }
          }
          return oneHot;
        });
  }

  private SDVariable constant(String name, Supplier<INDArray> value) {
    return graph.hasVariable(name) ? graph.getVariable(name) : graph.constant(name, value.get());
  }

  /**
   * The row of the table that each pair of tokens reads, as BEiT defined it: the buffer {@code
   * relative_position_index} of official checkpoints.
   *
   * @return the index [1+N, 1+N] of an h x w grid of patches after a class token, type INT64
   */
  static INDArray index(int gridHeight, int gridWidth) {
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
