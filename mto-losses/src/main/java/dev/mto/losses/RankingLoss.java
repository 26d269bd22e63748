package dev.mto.losses;

import java.util.List;
import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.autodiff.samediff.SameDiff;

/**
 * L_r (equation 7): the sum over layers 1 to L of {@code log(1 + exp(d + m))}, where d is the
 * change of H from a layer to the next, in the direction that {@link Ranking} chooses, and m a
 * margin that the paper does not have.
 */
public final class RankingLoss {

  private RankingLoss() {}

  /**
   * Adds the loss of each image.
   *
   * @param heterogeneity H in nats of the layers to rank, two or more, in the order of their depth;
   *     each {@code [batch]}
   * @param margin m in nats, at most 10
   * @return {@code [batch]}
   * @throws IllegalArgumentException if there are fewer than two layers
   */
  public static SDVariable perImage(
      List<SDVariable> heterogeneity, Ranking ranking, double margin) {
    if (heterogeneity.size() < 2) {
      throw new IllegalArgumentException(
          "L_r compares layers, but got "
              + heterogeneity.size()
              + ": give the initial embedding and at least one block's output");
    }
    SDVariable loss = null;
    for (int layer = 1; layer < heterogeneity.size(); layer++) {
      SDVariable above = heterogeneity.get(layer - 1);
      SDVariable here = heterogeneity.get(layer);
      SDVariable change =
          switch (ranking) {
            case DESCRIBED -> here.sub(above);
            case PRINTED -> above.sub(here);
          };
      SDVariable term = softplus(margin == 0 ? change : change.add(margin));
      loss = loss == null ? term : loss.add(term);
    }
    return loss;
  }

  /** As it stands: H lies between 0 and ln V and m is small, so the exponential cannot overflow. */
  private static SDVariable softplus(SDVariable x) {
    SameDiff sd = x.getSameDiff();
    return sd.math().log1p(sd.math().exp(x));
  }
}
