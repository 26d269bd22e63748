package dev.mto.losses;

import java.util.ArrayList;
import java.util.List;
import org.nd4j.autodiff.samediff.NameScope;
import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.autodiff.samediff.SameDiff;

/**
 * Mean Euclidean norms of visible and of masked tokens, to be read beside heterogeneity: the longer
 * tokens are, the lower are entropies of their dot products.
 *
 * @param visible of layers 0 to L; batch means of each image's mean, scalars
 * @param masked of layers 0 to L; batch means of each image's mean, scalars
 */
public record TokenNorms(List<SDVariable> visible, List<SDVariable> masked) {

  /** Copies the lists. */
  public TokenNorms {
    visible = List.copyOf(visible);
    masked = List.copyOf(masked);
  }

  /**
   * Adds the norms of each layer to a graph. The variables are {@code name/visible_norm0} … and
   * {@code name/masked_norm0} ….
   *
   * @param name prefix of the variables' names
   * @param tokens for each layer {@code [batch, tokens, dim]}, all float32 or all float64
   * @param mask {@code [batch, tokens]}, 1 = masked, 0 = visible, at least one of each in an image
   */
  @SuppressWarnings("try") // the scope acts by being open
  public static TokenNorms add(SameDiff sd, String name, List<SDVariable> tokens, SDVariable mask) {
    List<SDVariable> visible = new ArrayList<>();
    List<SDVariable> masked = new ArrayList<>();
    try (NameScope scope = sd.withNameScope(name + ".norms")) {
      TokenSets sets = TokenSets.of(sd, mask, tokens.get(0).dataType(), SelfAffinity.INCLUDE);
      SDVariable visibleMean = sets.visibleRows(Reduction.MEAN);
      SDVariable maskedMean = sets.maskedMean();
      for (SDVariable layer : tokens) {
        int index = visible.size();
        SDVariable norms = sd.math().sqrt(sd.math().square(layer).sum(true, 2)); // (B, N, 1)
        visible.add(named(norms, visibleMean, name + "/visible_norm" + index));
        masked.add(named(norms, maskedMean, name + "/masked_norm" + index));
      }
    }
    return new TokenNorms(visible, masked);
  }

  private static SDVariable named(SDVariable norms, SDVariable weights, String name) {
    return WeightedRows.sum(norms, weights).mean().rename(name);
  }
}
