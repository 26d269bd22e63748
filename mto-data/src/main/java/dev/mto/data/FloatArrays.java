package dev.mto.data;

import org.nd4j.linalg.api.memory.MemoryWorkspace;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** Native float32 arrays that belong to no workspace, so that closing them frees them. */
final class FloatArrays {
  private FloatArrays() {}

  @SuppressWarnings("try")
  static INDArray of(float[] values, long... shape) {
    try (MemoryWorkspace outside = Nd4j.getWorkspaceManager().scopeOutOfWorkspaces()) {
      return Nd4j.create(values, shape, 'c');
    }
  }
}
