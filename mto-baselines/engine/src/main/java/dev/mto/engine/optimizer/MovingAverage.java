package dev.mto.engine.optimizer;

import dev.mto.executor.kernels.Tensor;
import dev.mto.executor.kernels.Updates;
import dev.mto.executor.state.LiveState;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.nd4j.linalg.api.ndarray.INDArray;

/** A teacher that follows a student: the exponential moving average of its parameters. */
public final class MovingAverage {
  private MovingAverage() {}

  /**
   * {@code teacher = decay * teacher + (1 - decay) * student}, in place, for each name of the
   * teacher; on the device while a session on one is open.
   *
   * @param teacher arrays by name, float32 or float64
   * @param student arrays of the same shapes; may have more names
   * @param decay share of the teacher that stays, from 0 to 1
   * @param state has both
   */
  public static void update(
      Map<String, INDArray> teacher, Map<String, INDArray> student, double decay, LiveState state) {
    Optional<Updates> device = state.updates();
    if (device.isEmpty()) {
      update(teacher, student, decay);
      return;
    }
    List<Tensor> moved = new ArrayList<>();
    List<Tensor> followed = new ArrayList<>();
    teacher.forEach(
        (name, array) -> {
          moved.add(state.forDevice(array));
          followed.add(state.forDevice(student.get(name)));
        });
    device.get().movingAverage(moved, followed, (float) decay, (float) (1 - decay));
  }

  /** As {@link #update(Map, Map, double, LiveState)}, of arrays that only the host has. */
  static void update(Map<String, INDArray> teacher, Map<String, INDArray> student, double decay) {
    List<INDArray[]> pairs = new ArrayList<>();
    List<INDArray> all = new ArrayList<>();
    teacher.forEach(
        (name, array) -> {
          pairs.add(new INDArray[] {array, student.get(name)});
          all.add(array);
          all.add(student.get(name));
        });
    if (!HostArrays.areSuited(all)) {
      for (INDArray[] pair : pairs) {
        try (INDArray part = pair[1].mul(1 - decay)) {
          pair[0].muli(decay).addi(part);
        }
      }
      return;
    }
    float kept = (float) decay;
    float taken = (float) (1 - decay);
    HostArrays.forEach(
        pairs,
        1,
        (group, staged, length) -> {
          average(staged[0], staged[1], kept, taken, length);
          return 0;
        });
  }

  static void average(float[] teacher, float[] student, float kept, float taken, int length) {
    for (int i = 0; i < length; i++) {
      teacher[i] = kept * teacher[i] + taken * student[i];
    }
  }
}
