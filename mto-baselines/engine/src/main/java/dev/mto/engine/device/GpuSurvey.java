package dev.mto.engine.device;

import java.util.List;

/**
 * The GPUs that a process may use.
 *
 * @param gpus in the driver's order
 * @param reason why there are none; empty where there are some
 */
public record GpuSurvey(List<Gpu> gpus, String reason) {

  /** Refuses a survey that neither has GPUs nor says why. */
  public GpuSurvey {
    gpus = List.copyOf(gpus);
    if (gpus.isEmpty() == reason.isEmpty()) {
      throw new IllegalArgumentException(
          "a survey of %d GPUs has the reason '%s'; give GPUs or a reason for none"
              .formatted(gpus.size(), reason));
    }
  }

  static GpuSurvey none(String reason) {
    return new GpuSurvey(List.of(), reason);
  }

  /** Asks the driver, through {@code nvidia-smi}. Takes well below a second. */
  public static GpuSurvey ofThisMachine() {
    return new NvidiaSmi("nvidia-smi", System.getenv("CUDA_VISIBLE_DEVICES")).survey();
  }
}
