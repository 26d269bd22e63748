package dev.mto.conmim;

import dev.mto.models.Linear;
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
      SDVariable student, SDVariable teacher, int patches, int features, double temperature) {
    SDVariable queries = unit(student.reshape(-1, features));
    SDVariable keys = unit(teacher.reshape(-1, features));
    SDVariable logits =
        Linear.timesTransposed(
                queries.reshape(-1, patches, features), keys.reshape(-1, patches, features))
            .div(temperature);
    SDVariable own = queries.mul(keys).sum(true, 1).div(temperature);
    return new PatchContrast(logits, own, logSumExp(logits.reshape(-1, patches)));
  }

  /** Cross-entropy over the masked patches of the whole batch: a scalar in nats. */
  SDVariable loss(SDVariable mask) {
    SDVariable errors = logSumExp.sub(own);
    return mask.reshape(1, -1).mmul(errors).sum().div(mask.sum());
  }

  /** The softmax of each row of the logits [B, N, N]. */
  SDVariable probabilities(int patches) {
    SDVariable logProbabilities = logits.reshape(-1, patches).sub(logSumExp);
    return logits.getSameDiff().math().exp(logProbabilities).reshape(-1, patches, patches);
  }

  /** Rows [R, F] over their length, or over {@link #SHORTEST} where that is larger. */
  private static SDVariable unit(SDVariable x) {
    double shortest = SHORTEST * SHORTEST;
    SameDiff graph = x.getSameDiff();
    SDVariable squares = x.mul(x).sum(true, 1);
    SDVariable bounded = graph.nn().relu(squares.sub(shortest), 0).add(shortest);
    return x.mul(graph.math().pow(bounded, -0.5));
  }

  private static SDVariable logSumExp(SDVariable x) {
    // whole numbers, through which no gradient flows, keep every exponent at most 1
    SameDiff graph = x.getSameDiff();
    SDVariable largest = x.max(true, 1).castTo(DataType.INT32).castTo(x.dataType());
    return graph.math().log(graph.math().exp(x.sub(largest)).sum(true, 1)).add(largest);
  }
}
