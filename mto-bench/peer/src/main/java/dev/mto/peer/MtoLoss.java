package dev.mto.peer;

import static org.bytedeco.pytorch.global.torch.log_softmax;
import static org.bytedeco.pytorch.global.torch.softplus;

import java.util.ArrayList;
import java.util.List;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorVector;

/** Masked Token Optimization on raw dot products; entropies in nats, an image each, batch means. */
final class MtoLoss {

  private static final double EPSILON = 1e-6;

  private MtoLoss() {}

  /**
   * @param heterogeneity H of each layer, [B] each (eq. 2)
   * @param sparsity L_spa, mean over the visible rows (eq. 3)
   * @param inverse L_e = 1 / (H0 + 1e-6) (eq. 6)
   * @param ranking L_r, falling when H falls with depth (eq. 7 as the text describes it)
   */
  record Terms(List<Tensor> heterogeneity, Tensor sparsity, Tensor inverse, Tensor ranking) {

    Tensor weightedSum(PeerCase weights) {
      return sparsity
          .mul(new Scalar(weights.sparsityWeight()))
          .add(inverse.mul(new Scalar(weights.heterogeneityWeight())))
          .add(ranking.mul(new Scalar(weights.rankingWeight())));
    }
  }

  /** Losses of what a model computed; {@code afterPosition} tells which tokens are layer 0. */
  static Terms of(Model.Forward forward, PatchMask mask, boolean afterPosition) {
    List<Tensor> layers = new ArrayList<>(forward.layers());
    if (!afterPosition) {
      layers.set(0, forward.beforePosition());
    }
    return of(layers, mask);
  }

  /** Losses of the layers' tokens [B, T, D], class token first and in neither set. */
  private static Terms of(List<Tensor> layers, PatchMask mask) {
    List<Tensor> heterogeneity = new ArrayList<>();
    for (Tensor layer : layers) {
      TensorVector sets = visibleAndMasked(layer, mask);
      heterogeneity.add(rowEntropy(sets.get(1), sets.get(0)).mean(1));
    }
    Tensor first = layers.get(0);
    Tensor patches = first.narrow(1, 1, first.size(1) - 1);
    Tensor sparsity = rowEntropy(visibleAndMasked(first, mask).get(0), patches).mean();
    Tensor inverse = heterogeneity.get(0).add(new Scalar(EPSILON)).reciprocal().mean();
    return new Terms(List.copyOf(heterogeneity), sparsity, inverse, ranking(heterogeneity));
  }

  private static TensorVector visibleAndMasked(Tensor layer, PatchMask mask) {
    long dim = layer.size(2);
    return layer
        .reshape(-1, dim)
        .index_select(0, mask.visibleThenMaskedRows())
        .view(mask.batch(), -1, dim)
        .split(new long[] {mask.visibleCount(), mask.maskedCount()}, 1);
  }

  /** Entropies [B, R] of the rows of softmax(rows . columns'), for rows [B, R, D]. */
  private static Tensor rowEntropy(Tensor rows, Tensor columns) {
    Tensor logProbability = log_softmax(rows.bmm(columns.transpose(1, 2)), -1);
    return logProbability.exp().mul(logProbability).sum(-1).neg();
  }

  private static Tensor ranking(List<Tensor> heterogeneity) {
    Tensor sum = null;
    for (int layer = 1; layer < heterogeneity.size(); layer++) {
      Tensor rise = softplus(heterogeneity.get(layer).sub(heterogeneity.get(layer - 1)));
      sum = sum == null ? rise : sum.add(rise);
    }
    return sum.mean();
  }
}
