package dev.mto.engine.optimizer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

class MovingAverageTest {
  private final Random random = new Random(11);

  @ParameterizedTest
  @ValueSource(doubles = {0, 0.25, 0.9999, 1})
  void aFloatTeacherMovesTowardsTheStudent(double decay) {
    Map<String, INDArray> teacher = vectors();
    Map<String, INDArray> student = vectors();
    student.put("only the student's", Nd4j.createFromArray(1f));
    Map<String, double[]> expected = new LinkedHashMap<>();
    teacher.forEach(
        (name, array) ->
            expected.put(
                name, average(Vectors.doubles(array), Vectors.doubles(student.get(name)), decay)));
    float[] before = student.get("70000").toFloatVector();

    MovingAverage.update(teacher, student, decay);

    expected.forEach((name, values) -> Vectors.assertClose(name, teacher.get(name), values, 2e-7));
    assertThat(student.get("70000").toFloatVector()).isEqualTo(before);
  }

  @Test
  void aDoubleTeacherMovesTowardsTheStudentInDouble() {
    INDArray teacher = Nd4j.createFromArray(1.0, -2, 0.1);
    INDArray student = Nd4j.createFromArray(3.0, 4, 0.3);
    double[] expected = average(teacher.toDoubleVector(), student.toDoubleVector(), 0.99);

    MovingAverage.update(Map.of("x", teacher), Map.of("x", student), 0.99);

    for (int i = 0; i < expected.length; i++) {
      assertThat(teacher.getDouble(i)).isCloseTo(expected[i], within(1e-15));
    }
    assertThat(student.toDoubleVector()).containsExactly(3, 4, 0.3);
  }

  @Test
  void hasTheSameBitsForAnyNumberOfThreads() throws Exception {
    Map<String, INDArray> student = vectors();
    Map<String, INDArray> first = vectors();
    Map<String, INDArray> second = new LinkedHashMap<>();
    first.forEach((name, array) -> second.put(name, array.dup()));

    Map<String, INDArray> one = Pools.with(1, () -> updated(first, student));
    Map<String, INDArray> four = Pools.with(4, () -> updated(second, student));

    one.forEach(
        (name, array) ->
            assertThat(four.get(name).toFloatVector()).as(name).isEqualTo(array.toFloatVector()));
  }

  private static Map<String, INDArray> updated(
      Map<String, INDArray> teacher, Map<String, INDArray> student) {
    MovingAverage.update(teacher, student, 0.3);
    return teacher;
  }

  private static double[] average(double[] teacher, double[] student, double decay) {
    double[] average = new double[teacher.length];
    for (int i = 0; i < average.length; i++) {
      average[i] = decay * teacher[i] + (1 - decay) * student[i];
    }
    return average;
  }

  private Map<String, INDArray> vectors() {
    Map<String, INDArray> vectors = new LinkedHashMap<>();
    for (int length : Vectors.LENGTHS) {
      vectors.put(String.valueOf(length), Vectors.normal(random, length));
    }
    return vectors;
  }
}
