package dev.mto.engine.graph;

import dev.mto.engine.config.TrainingConfig;
import dev.mto.engine.config.TrainingConfig.Precision;
import dev.mto.engine.errors.UserException;
import dev.mto.executor.SessionOptions;
import dev.mto.executor.cuda.CudaGpu;
import dev.mto.executor.cuda.CudaKernelSets;
import dev.mto.executor.kernels.ElementType;
import dev.mto.executor.kernels.KernelSets;
import dev.mto.executor.kernels.KernelSets.Bfloat16;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** How graphs are run in the precision that a configuration asks for. */
public final class Precisions {
  private static final Logger LOG = LoggerFactory.getLogger(Precisions.class);

  private Precisions() {}

  /**
   * How a model is trained.
   *
   * @throws UserException for bfloat16 where it is slower than float32, unless that is allowed, and
   *     where there is none
   */
  public static SessionOptions training(TrainingConfig config) {
    if (config.precision() == Precision.BFLOAT16) {
      String refusal = refusal(config.allowSlow());
      if (refusal != null) {
        throw new UserException("training.precision=bfloat16: " + refusal);
      }
    }
    return options(config, config.precision());
  }

  /**
   * How a model that stays as it is gives its features: as it was trained, or in float32 where this
   * machine is faster with that, which is said.
   */
  public static SessionOptions forward(TrainingConfig config) {
    if (config.precision() == Precision.BFLOAT16 && refusal(config.allowSlow()) != null) {
      LOG.warn("features are computed in float32: bfloat16, as in training, would be slower here");
      return options(config, Precision.FLOAT32);
    }
    return options(config, config.precision());
  }

  private static SessionOptions options(TrainingConfig config, Precision precision) {
    return SessionOptions.defaults()
        .withRecompute(config.gradientCheckpointing())
        .withProducts(precision == Precision.BFLOAT16 ? ElementType.BFLOAT16 : ElementType.FLOAT32);
  }

  /** Why bfloat16 is not to be used where plans run; null where it is. */
  private static String refusal(boolean allowSlow) {
    Optional<CudaGpu> gpu = CudaKernelSets.chosenGpu();
    return gpu.isPresent()
        ? refusal(gpu.get())
        : refusal(allowSlow, KernelSets.fastOnHost(), KernelSets.bfloat16());
  }

  /** Why bfloat16 is not to be used on a GPU; null where it is. */
  static String refusal(CudaGpu gpu) {
    return gpu.multipliesBfloat16()
        ? null
        : gpu + " has no instructions for it, which came with compute capability 8.0; leave it out";
  }

  /** Why bfloat16 is not to be used on this processor; null where it is. */
  static String refusal(boolean allowSlow, boolean compiled, Bfloat16 processor) {
    if (!compiled) {
      return "ND4J's own kernels (--kernels standard, its backend for GPUs) are float32; leave one of the two out";
    }
    if (processor == Bfloat16.NONE) {
      return "this processor cannot do it (it takes AVX-512; AVX512_BF16 or AMX to be fast); leave it out";
    }
    if (processor == Bfloat16.SLOW && !allowSlow) {
      return "this processor has no instructions for it (AVX512_BF16 or AMX), and it would be slower"
          + " than float32; leave it out, or add --set training.allow_slow=true";
    }
    return null;
  }
}
