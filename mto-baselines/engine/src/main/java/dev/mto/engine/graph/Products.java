package dev.mto.engine.graph;

import dev.mto.engine.config.TrainingConfig;
import dev.mto.engine.config.TrainingConfig.Precision;
import dev.mto.engine.errors.UserException;
import dev.mto.executor.kernels.ElementType;
import dev.mto.executor.kernels.KernelSets;

/** In which type matrix products are done. */
public final class Products {
  private Products() {}

  /**
   * The type of the operands of linear layers and of attention that a configuration asks for.
   *
   * @throws UserException for bfloat16 where it is slower than float32, unless that is allowed
   */
  public static ElementType of(TrainingConfig config) {
    return of(config, KernelSets.fastOnHost(), KernelSets.multiplyBfloat16());
  }

  static ElementType of(TrainingConfig config, boolean compiled, boolean fast) {
    if (config.precision() == Precision.FLOAT32) {
      return ElementType.FLOAT32;
    }
    if (!compiled) {
      throw new UserException(
          "training.precision=bfloat16: kernels of ND4J (--kernels standard, GPUs) are float32; leave"
              + " one of the two out");
    }
    if (!fast && !config.allowSlow()) {
      throw new UserException(
          "training.precision=bfloat16: this processor has no instructions for it (AVX512_BF16 or"
              + " AMX), and it would be slower than float32; leave it out, or add --set"
              + " training.allow_slow=true");
    }
    return ElementType.BFLOAT16;
  }
}
