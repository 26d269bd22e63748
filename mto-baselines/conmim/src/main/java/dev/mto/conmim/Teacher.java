package dev.mto.conmim;

import dev.mto.engine.optimizer.MovingAverage;
import dev.mto.executor.state.LiveState;
import java.util.LinkedHashMap;
import java.util.Map;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * The slow teacher: parameters that follow the student's, k = m·k + (1 - m)·q after each optimizer
 * step.
 *
 * @param parameters live arrays k by name in the graph
 * @param student live arrays q by official name
 */
record Teacher(Map<String, INDArray> parameters, Map<String, INDArray> student) {
  /** The momentum m of an optimizer step: half a cosine from {@code first} to 1. */
  static double momentum(double first, long step, long steps) {
    return 1 - (1 - first) * (1 + Math.cos(Math.PI * step / steps)) / 2;
  }

  /** Takes the student's values. */
  void copyStudent() {
    parameters.forEach((name, array) -> array.assign(studentOf(name)));
  }

  /** Moves towards the student. */
  void follow(double momentum, LiveState state) {
    Map<String, INDArray> followed = new LinkedHashMap<>();
    parameters.keySet().forEach(name -> followed.put(name, studentOf(name)));
    MovingAverage.update(parameters, followed, momentum, state);
  }

  private INDArray studentOf(String name) {
    return student.get(name.substring(ConMimModel.TEACHER.length()));
  }
}
