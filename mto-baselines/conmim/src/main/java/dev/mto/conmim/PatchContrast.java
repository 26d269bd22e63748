package dev.mto.conmim;

import dev.mto.models.Rows;
import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.autodiff.samediff.SameDiff;
import org.nd4j.linalg.api.buffer.DataType;

/**
 * ConMIM's denoising contrast: for each patch of the student the scaled cosines to all teacher
 * patches of the same image, of which the one in its own place is to be the largest. Shapes: B
 * images, N patches, F features.
 *
 * @param logits cosine over temperature [B, N, N], student patch by teacher patch
 * @param own logit of each patch to itself [B*N, 1]
 * @param logSumExp of each row of {@code logits} [B*N, 1]
 */
record PatchContrast(SDVariable logits, SDVariable own, SDVariable logSumExp) {
  /** Smallest length by which a feature vector is divided, as in PyTorch's normalisation. */
  private static final double SHORTEST = 1e-12;

  /**
   * Compares features.
   *
   * @param student [B, N, F]
   * @param teacher [B, N, F]
   * @param patches N
   * @param features F
   */
  static PatchContrast of(
      SameDiff graph,
      SDVariable student,
      SDVariable teacher,
      int patches,
      int features,
      double temperature) {
    Rows rows = new Rows(graph, student.dataType());
    SDVariable queries = unit(graph, rows, student.reshape(-1, features), features);
    SDVariable keys = unit(graph, rows, teacher.reshape(-1, features), features);
    SDVariable logits =
        Rows.timesTransposed(
                queries.reshape(-1, patches, features), keys.reshape(-1, patches, features))
            .div(temperature);
    SDVariable own = rowSums(rows, queries.mul(keys), features).div(temperature);
    return new PatchContrast(
        logits, own, logSumExp(graph, rows, logits.reshape(-1, patches), patches));
  }

  /** Cross-entropy over the masked patches of the whole batch: a scalar in nats. */
  SDVariable loss(SDVariable mask) {
    SDVariable errors = logSumExp.sub(own);
    return mask.reshape(1, -1).mmul(errors).sum().div(mask.sum());
  }

  /** The softmax of each row of the logits [B, N, N]. */
  SDVariable probabilities(int patches) {
    SameDiff graph = logits.getSameDiff();
    Rows rows = new Rows(graph, logits.dataType());
    SDVariable logProbabilities =
        logits.reshape(-1, patches).sub(logSumExp.mmul(rows.ones(patches)));
    return graph.math().exp(logProbabilities).reshape(-1, patches, patches);
  }

  /** Rows [R, F] over their length, or over {@link #SHORTEST} where that is larger. */
  private static SDVariable unit(SameDiff graph, Rows rows, SDVariable x, int features) {
    double shortest = SHORTEST * SHORTEST;
    SDVariable squares = rowSums(rows, x.mul(x), features);
    SDVariable bounded = graph.nn().relu(squares.sub(shortest), 0).add(shortest);
    return x.mul(graph.math().pow(bounded, -0.5).mmul(rows.ones(features)));
  }

  private static SDVariable logSumExp(SameDiff graph, Rows rows, SDVariable x, int columns) {
    // whole numbers, through which no gradient flows, keep every exponent at most 1
    SDVariable largest = x.max(true, 1).castTo(DataType.INT32).castTo(x.dataType());
    SDVariable exponents = x.sub(largest.mmul(rows.ones(columns)));
    return graph.math().log(rowSums(rows, graph.math().exp(exponents), columns)).add(largest);
  }

  /** Sums of the rows of {@code x} [R, columns]: [R, 1]. */
  private static SDVariable rowSums(Rows rows, SDVariable x, int columns) {
    return Rows.timesTransposed(x, rows.ones(columns));
  }
}
