package dev.mto.executor.cuda;

import dev.mto.executor.kernels.KernelSets;
import java.util.Optional;
import org.junit.jupiter.api.extension.ConditionEvaluationResult;
import org.junit.jupiter.api.extension.ExecutionCondition;
import org.junit.jupiter.api.extension.ExtensionContext;

/**
 * Runs all tests on emulated CUDA, where the system property {@code mto.cuda.emulated} is set, and
 * skips them where there can be none.
 */
public final class EmulatedCudaCondition implements ExecutionCondition {
  private static final Optional<String> MISSING = prepare();

  private static Optional<String> prepare() {
    if (!Boolean.getBoolean("mto.cuda.emulated")) {
      return Optional.empty();
    }
    Optional<String> missing = EmulatedCuda.missing();
    if (missing.isEmpty()) {
      System.setProperty(
          CudaLibraries.FOLDERS_PROPERTY, EmulatedCuda.folder(KernelSource.text()).toString());
      System.setProperty(KernelSets.PROPERTY, "cuda");
    }
    return missing;
  }

  @Override
  public ConditionEvaluationResult evaluateExecutionCondition(ExtensionContext context) {
    return MISSING
        .map(ConditionEvaluationResult::disabled)
        .orElseGet(() -> ConditionEvaluationResult.enabled("nothing is missing"));
  }
}
