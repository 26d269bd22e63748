package dev.mto.executor.cuda;

import dev.mto.executor.kernels.KernelSets;
import org.junit.jupiter.api.extension.ConditionEvaluationResult;
import org.junit.jupiter.api.extension.ExecutionCondition;
import org.junit.jupiter.api.extension.ExtensionContext;

/**
 * Runs all tests on emulated CUDA, where the system property {@code mto.cuda.emulated} is set, and
 * skips them where there can be none.
 */
public final class EmulatedCudaCondition implements ExecutionCondition {
  private static final boolean READY = prepare();

  private static boolean prepare() {
    if (!Boolean.getBoolean("mto.cuda.emulated")) {
      return true;
    }
    boolean possible = EmulatedCuda.isPossible();
    if (possible) {
      System.setProperty(
          CudaLibraries.FOLDERS_PROPERTY, EmulatedCuda.folder(KernelSource.text()).toString());
      System.setProperty(KernelSets.PROPERTY, "cuda");
    }
    return possible;
  }

  @Override
  public ConditionEvaluationResult evaluateExecutionCondition(ExtensionContext context) {
    return READY
        ? ConditionEvaluationResult.enabled("nothing is missing")
        : ConditionEvaluationResult.disabled(EmulatedCuda.NEEDS);
  }
}
