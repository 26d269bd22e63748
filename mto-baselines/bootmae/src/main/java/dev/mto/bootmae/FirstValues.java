package dev.mto.bootmae;

import dev.mto.models.BlockWeights;
import dev.mto.models.Initializer;

/** First values of parameters, as the official code draws them. */
final class FirstValues {
  static final Initializer WEIGHTS = Initializer.xavierUniform();
  static final Initializer CLASS_TOKEN = Initializer.normal(1e-6);
  static final Initializer MASK_TOKEN = Initializer.truncatedNormal(0.02, 0.02);

  /** Xavier uniform for queries, keys and values on their own, stacked as [3*inner, D]. */
  private static final Initializer QKV =
      (random, type, shape) ->
          Initializer.uniform(Math.sqrt(6.0 / (shape[0] / 3.0 + shape[1])))
              .create(random, type, shape);

  static final BlockWeights BLOCK = new BlockWeights(QKV, WEIGHTS, WEIGHTS, WEIGHTS);

  private FirstValues() {}
}
