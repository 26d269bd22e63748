package dev.mto.engine.device;

import static org.junit.jupiter.api.extension.ConditionEvaluationResult.disabled;
import static org.junit.jupiter.api.extension.ConditionEvaluationResult.enabled;

import dev.mto.engine.errors.UserException;
import org.junit.jupiter.api.extension.ConditionEvaluationResult;
import org.junit.jupiter.api.extension.ExecutionCondition;
import org.junit.jupiter.api.extension.ExtensionContext;

/** Whether this build is for CUDA and all visible GPUs can run it; ND4J is not loaded by this. */
final class FitGpuCondition implements ExecutionCondition {
  @Override
  public ConditionEvaluationResult evaluateExecutionCondition(ExtensionContext context) {
    if (Backend.onClassPath() != Backend.CUDA) {
      return disabled("this build has the CPU backend; build with -Pcuda");
    }
    try {
      StartUp.check();
      return enabled("every visible GPU can run");
    } catch (UserException e) {
      return disabled(e.getMessage());
    }
  }
}
