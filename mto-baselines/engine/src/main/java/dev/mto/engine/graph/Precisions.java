package dev.mto.engine.graph;

import dev.mto.engine.config.TrainingConfig;
import dev.mto.engine.config.TrainingConfig.Precision;
import dev.mto.engine.errors.UserException;
import dev.mto.executor.SessionOptions;
import dev.mto.executor.cuda.CudaGpu;
import dev.mto.executor.cuda.CudaKernelSets;
import dev.mto.executor.kernels.KernelSets;
import dev.mto.executor.kernels.KernelSets.Bfloat16;
import dev.mto.executor.kernels.Products;
import java.util.Locale;
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
   *     for a precision where there is none
   */
  public static SessionOptions training(TrainingConfig config) {
    String refusal = refusal(config);
    if (refusal != null) {
      throw new UserException("training.precision=" + name(config.precision()) + ": " + refusal);
    }
    return options(config, config.precision());
  }

  /**
   * How a model that stays as it is gives its features: as it was trained, or in float32 where this
   * machine is faster with that or has no other, which is said.
   */
  public static SessionOptions forward(TrainingConfig config) {
    if (refusal(config) != null) {
      LOG.warn(
          "features are computed in float32: {}, as in training, would be slower here or is not there",
          name(config.precision()));
      return options(config, Precision.FLOAT32).withFixedVariables();
    }
    return options(config, config.precision()).withFixedVariables();
  }

  private static String name(Precision precision) {
    return precision.name().toLowerCase(Locale.ROOT);
  }

  private static SessionOptions options(TrainingConfig config, Precision precision) {
    return SessionOptions.defaults()
        .withRecompute(config.gradientCheckpointing())
        .withProducts(
            switch (precision) {
              case FLOAT32 -> Products.FLOAT32;
              case TF32 -> Products.TF32;
              case BFLOAT16 -> Products.BFLOAT16;
            });
  }

  /** Why a precision is not to be used where plans run; null where it is. */
  private static String refusal(TrainingConfig config) {
    Optional<CudaGpu> gpu =
        config.precision() == Precision.FLOAT32 ? Optional.empty() : CudaKernelSets.chosenGpu();
    return switch (config.precision()) {
      case FLOAT32 -> null;
      case TF32 -> refusalOfTf32(gpu);
      case BFLOAT16 ->
          gpu.isPresent()
              ? refusal(gpu.get())
              : refusal(config.allowSlow(), KernelSets.fastOnHost(), KernelSets.bfloat16());
    };
  }

  /** Why TF32 is not to be used on a GPU, or on a processor; null where it is. */
  static String refusalOfTf32(Optional<CudaGpu> gpu) {
    return gpu.map(
            found ->
                found.multipliesTf32()
                    ? null
                    : found
                        + " has no instructions for it, which came with compute capability 8.0; give"
                        + " float32")
        .orElse(
            gpu.isPresent()
                ? null
                : "is for NVIDIA GPUs of compute capability 8.0 and up (--device cuda); on a CPU give"
                    + " float32 or bfloat16");
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
