package dev.mto.bootmae;

import dev.mto.engine.optimizer.MovingAverage;
import dev.mto.executor.state.LiveState;
import dev.mto.models.Parameters;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import org.nd4j.autodiff.samediff.SameDiff;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * A moving average of all parameters of the model, decoders included, as the official checkpoint
 * holds it. Its encoder is part of the graph, its decoders are used nowhere. The fixed position
 * tables are the same in both and not averaged.
 */
final class Teacher {
  private final Map<String, INDArray> student;
  private final Map<String, INDArray> arrays = new LinkedHashMap<>();

  /** The teacher of the model of these parameters, equal to the model. */
  Teacher(Parameters parameters) {
    SameDiff graph = parameters.graph();
    this.student = parameters.arrays();
    student.forEach(
        (name, array) -> {
          String own = BootMaeModel.TEACHER + name;
          arrays.put(own, graph.hasVariable(own) ? graph.getArrForVarName(own) : array.dup());
        });
    restart(Set.of());
  }

  /** The live arrays by {@code teacher.} and official name. */
  Map<String, INDArray> arrays() {
    return new LinkedHashMap<>(arrays);
  }

  /** Makes the teacher equal to the model again, apart from the arrays named in {@code kept}. */
  void restart(Set<String> kept) {
    student.forEach(
        (name, array) -> {
          String own = BootMaeModel.TEACHER + name;
          if (!kept.contains(own)) {
            arrays.get(own).assign(array);
          }
        });
  }

  /** Moves the teacher: decay times itself plus the rest times the model. */
  void move(double decay, LiveState state) {
    Map<String, INDArray> byStudentName = new LinkedHashMap<>();
    student
        .keySet()
        .forEach(name -> byStudentName.put(name, arrays.get(BootMaeModel.TEACHER + name)));
    MovingAverage.update(byStudentName, student, decay, state);
  }
}
