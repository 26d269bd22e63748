package dev.mto.executor.plan;

import dev.mto.executor.kernels.Binary;

/**
 * Heterogeneity (equation 2) by the masked rows and visible columns of the affinities alone: the
 * graph takes the entropies of all rows and weighs the visible ones by zero.
 */
final class MaskedEntropies {
  private MaskedEntropies() {}

  /**
   * The weighted sum of row entropies, [B, 1, 1].
   *
   * @param weights [B, 1, N]: the mask over its row sums
   * @return null where the weights are others, or the images differ in their masked tokens
   */
  static Value read(GraphReader reader, Value weights, NamedPart entropy) {
    Program program = reader.program();
    MaskSelections selections = maskedMean(reader, program, weights);
    if (selections == null) {
      return null;
    }
    entropy.before().forEach(reader::read);
    Value queries = reader.value(entropy.input(0));
    Value keys = reader.value(entropy.input(1));
    Value scores =
        program.matmul(
            GatherOperation.add(program, selections.masked(), queries),
            false,
            GatherOperation.add(program, selections.visible(), keys),
            true); // (B, M, D) (B, D, V) -> (B, M, V)
    Value entropies = RowEntropyOperation.add(program, scores);
    double share = 1.0 / selections.masked().selected();
    return program.reshape(program.sumOfLast(entropies, 1, share), weights.extent(0), 1, 1);
  }

  private static MaskSelections maskedMean(GraphReader reader, Program program, Value weights) {
    Operation view = program.producer(weights);
    if (!(view instanceof ViewOperation reshaped)
        || !(program.producer(reshaped.x()) instanceof BinaryOperation ratio)
        || ratio.function() != Binary.DIVIDE) {
      return null;
    }
    Operation sum = program.producer(ratio.b());
    while (sum instanceof ViewOperation other) {
      sum = program.producer(other.x());
    }
    return sum instanceof RowSumOperation rows && rows.x() == ratio.a() && rows.factor() == 1
        ? reader.placeholders().maskSelections(ratio.a())
        : null;
  }
}
