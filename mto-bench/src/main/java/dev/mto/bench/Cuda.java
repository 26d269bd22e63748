package dev.mto.bench;

import dev.mto.engine.device.Backend;
import dev.mto.engine.device.CudaBuild;
import dev.mto.engine.device.Gpu;
import dev.mto.engine.device.GpuSurvey;
import dev.mto.engine.device.Verdict;
import java.util.List;

/** What {@code doctor} says of GPUs. */
final class Cuda {
  private static final String BUILD = "; this build is for the CPU: MTO_BACKEND=cuda ./mto uses it";

  private Cuda() {}

  /** A line for each GPU, or one that says why there is none. */
  static List<String> lines(Backend backend, GpuSurvey survey, CudaBuild build) {
    return survey.gpus().isEmpty()
        ? List.of("GPU: none: " + survey.reason())
        : survey.gpus().stream().map(gpu -> line(backend, gpu, build)).toList();
  }

  private static String line(Backend backend, Gpu gpu, CudaBuild build) {
    Verdict verdict = build.judge(gpu);
    return verdict.runs() && backend != Backend.CUDA ? verdict.line() + BUILD : verdict.line();
  }
}
