package dev.mto.losses;

import java.util.ArrayList;
import java.util.List;
import org.nd4j.autodiff.samediff.NameScope;
import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.autodiff.samediff.SameDiff;

/**
 * Heterogeneity of the masked tokens (equation 2): the entropy, in nats, of a masked token's
 * affinity to the visible tokens of its image, averaged over the masked tokens. Between 0 (every
 * masked token resembles one visible token) and ln V (it resembles all V visible tokens alike).
 *
 * @param perImage H of layers 0 to L; each {@code [batch]}
 * @param mean their means over the batch; scalars
 */
public record Heterogeneity(List<SDVariable> perImage, List<SDVariable> mean) {

  /** Copies the lists. */
  public Heterogeneity {
    perImage = List.copyOf(perImage);
    mean = List.copyOf(mean);
  }

  /**
   * Adds the heterogeneity of each layer to a graph, and no losses. The variables are {@code
   * name/heterogeneity0} to {@code name/heterogeneityL} and {@code name/heterogeneity_per_image0}
   * to {@code …L}.
   *
   * @param name prefix of the variables' names, not yet used in the graph
   * @param tokens for each layer the patch tokens, without class token, {@code [batch, tokens,
   *     dim]}, all float32 or all float64
   * @param mask {@code [batch, tokens]}, 1 = masked, 0 = visible, at least one of each in an image
   *     (see {@link MaskCheck})
   * @throws IllegalArgumentException if an argument breaks these rules, as far as a graph without
   *     data can tell
   */
  @SuppressWarnings("try") // the scope acts by being open
  public static Heterogeneity add(
      SameDiff sd, String name, List<SDVariable> tokens, SDVariable mask, MtoOptions options) {
    MtoInputs.require(sd, name, tokens, mask, 1);
    try (NameScope scope = sd.withNameScope(name)) {
      TokenSets sets = TokenSets.of(sd, mask, tokens.get(0).dataType(), SelfAffinity.INCLUDE);
      return ofRows(rowEntropies(tokens, sets, options, MtoVariables.none()), sets).renamed(name);
    }
  }

  /** Entropies of each layer's rows, in scopes named for executors that take them as a whole. */
  @SuppressWarnings("try") // the scope acts by being open
  static List<SDVariable> rowEntropies(
      List<SDVariable> tokens, TokenSets sets, MtoOptions options, MtoVariables variables) {
    List<SDVariable> entropies = new ArrayList<>();
    for (SDVariable layer : tokens) {
      SameDiff sd = layer.getSameDiff();
      try (NameScope scope = sd.withNameScope("layer" + entropies.size() + ".row_entropy")) {
        SDVariable scores = Affinity.scores(layer, options, variables);
        entropies.add(RowEntropy.of(scores, sets));
      }
    }
    return entropies;
  }

  static Heterogeneity ofRows(List<SDVariable> entropies, TokenSets sets) {
    SDVariable weights = sets.maskedMean();
    List<SDVariable> perImage = new ArrayList<>();
    List<SDVariable> mean = new ArrayList<>();
    for (SDVariable rows : entropies) {
      SDVariable h = WeightedRows.sum(rows, weights);
      perImage.add(h);
      mean.add(h.mean());
    }
    return new Heterogeneity(perImage, mean);
  }

  Heterogeneity renamed(String name) {
    for (int layer = 0; layer < mean.size(); layer++) {
      mean.get(layer).rename(name + "/heterogeneity" + layer);
      perImage.get(layer).rename(name + "/heterogeneity_per_image" + layer);
    }
    return this;
  }
}
