package dev.mto.executor.kernels;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.mto.executor.kernels.Updates.AdamWStep;
import dev.mto.executor.kernels.Updates.LarsStep;
import dev.mto.executor.kernels.Updates.Moved;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What devices do after a backward pass; skipped where the host does it. */
class UpdateKernelsTest extends KernelTest {
  /** Of tensors that are worked on together: within a block, exactly one, more than two. */
  private static final int[] LENGTHS = {1, 300, 8192, 20_001};

  private Updates updates;

  @BeforeEach
  void require() {
    Optional<Updates> found = kernels.updates();
    assumeTrue(found.isPresent(), "the host updates in its own memory");
    updates = found.orElseThrow();
  }

  private List<Tensor> tensors(int seed) {
    List<Tensor> tensors = new ArrayList<>();
    for (int length : LENGTHS) {
      tensors.add(gaussian(seed + length, length));
    }
    return tensors;
  }

  private List<float[]> elements(List<Tensor> tensors) {
    return tensors.stream().map(this::elements).toList();
  }

  @Test
  void firstGradientsReplaceAndLaterOnesAreAdded() {
    List<Tensor> sums = new ArrayList<>();
    for (int length : LENGTHS) {
      sums.add(unwritten(length));
    }
    List<Tensor> first = tensors(1);
    List<Tensor> second = tensors(2);

    updates.accumulate(sums, first, 0.25f, false);
    updates.accumulate(sums, second, 0.25f, true);

    for (int t = 0; t < LENGTHS.length; t++) {
      float[] a = elements(first.get(t));
      float[] b = elements(second.get(t));
      double[] expected = new double[LENGTHS[t]];
      for (int i = 0; i < expected.length; i++) {
        expected[i] = 0.25 * a[i] + 0.25 * b[i];
      }
      assertClose(sums.get(t), expected, 1e-6);
    }
  }

  @ParameterizedTest
  @CsvSource({"0, 1", "1e9, 1", "50, 0.296"})
  void theNormIsOfAllTogetherAndTheFactorBringsItToTheLargest(float largest, double about) {
    List<Tensor> gradients = tensors(3);
    double squares = 0;
    for (float[] gradient : elements(gradients)) {
      for (float x : gradient) {
        squares += (double) x * x;
      }
    }
    double norm = Math.sqrt(squares);
    double factor = largest > 0 ? Math.min(1, largest / (norm + 1e-6)) : 1;
    assertThat(factor).isCloseTo(about, within(0.01));

    float[] found = clip(gradients, 7, largest);

    assertThat((double) found[0]).isCloseTo(norm, within(1e-6 * norm));
    assertThat((double) found[1]).isCloseTo(factor, within(1e-6));
  }

  private float[] clip(List<Tensor> gradients, float loss, float largest) {
    return elements(clipped(gradients, loss, largest));
  }

  private Tensor clipped(List<Tensor> gradients, float loss, float largest) {
    Tensor out = unwritten(2);
    updates.clipFactor(gradients, tensor(new float[] {loss}), largest, out);
    return out;
  }

  @ParameterizedTest
  @ValueSource(floats = {Float.NaN, Float.POSITIVE_INFINITY, Float.NEGATIVE_INFINITY})
  void thereIsNoFactorWhereTheLossOrAGradientIsNotFinite(float wrong) {
    List<Tensor> gradients = tensors(4);
    for (float largest : new float[] {0, 2}) {
      float[] found = clip(gradients, wrong, largest);
      assertThat(found[0]).isFinite();
      assertThat(found[1]).isNaN();
    }
    float[] elements = new float[9000];
    for (int at : new int[] {0, 8999}) {
      elements[at] = wrong;
      List<Tensor> more = new ArrayList<>(gradients);
      more.add(tensor(elements, 9000));
      for (float largest : new float[] {0, 2}) {
        float[] found = clip(more, 7, largest);
        assertThat(Float.isFinite(found[0])).isFalse();
        assertThat(found[1]).isNaN();
      }
      elements[at] = 0;
    }
  }

  @Test
  void adamWMovesParametersAndMoments() {
    List<Tensor> parameters = tensors(5);
    List<Tensor> means = tensors(6);
    List<Tensor> squares = tensors(7);
    for (Tensor square : squares) {
      kernels.unary(Unary.of(Unary.Kind.SQUARE), square, square).run();
    }
    List<Tensor> gradients = tensors(8);
    List<float[]> p = elements(parameters);
    List<float[]> m = elements(means);
    List<float[]> v = elements(squares);
    Tensor clip = clipped(gradients, 1, 30);
    double factor = elements(clip)[1];

    updates.adamW(
        moved(parameters, means, squares, gradients),
        clip,
        new AdamWStep(0.9, 0.95, 1e-3f, 1.5f, 0.98f, 0.125f));

    for (int t = 0; t < LENGTHS.length; t++) {
      float[] g = elements(gradients.get(t));
      double[] mean = new double[g.length];
      double[] square = new double[g.length];
      double[] parameter = new double[g.length];
      for (int i = 0; i < g.length; i++) {
        double gradient = factor * g[i];
        mean[i] = 0.9 * m.get(t)[i] + 0.1 * gradient;
        square[i] = 0.95 * v.get(t)[i] + 0.05 * gradient * gradient;
        parameter[i] = 0.98 * p.get(t)[i] - 0.125 * mean[i] / (Math.sqrt(square[i]) * 1.5 + 1e-3);
      }
      assertClose(means.get(t), mean, 1e-6);
      assertClose(squares.get(t), square, 1e-6);
      assertClose(parameters.get(t), parameter, 1e-5);
    }
  }

  @Test
  void adamWChangesNothingWithoutAFactor() {
    List<Tensor> parameters = tensors(5);
    List<Tensor> means = tensors(6);
    List<Tensor> squares = tensors(7);
    List<Tensor> gradients = tensors(8);
    List<float[]> before = elements(parameters);

    updates.adamW(
        moved(parameters, means, squares, gradients),
        clipped(gradients, Float.NaN, 1),
        new AdamWStep(0.9, 0.95, 1e-3f, 1.5f, 0.98f, 0.125f));

    for (int t = 0; t < LENGTHS.length; t++) {
      assertThat(elements(parameters.get(t))).isEqualTo(before.get(t));
      assertThat(elements(means.get(t))).isEqualTo(elements(tensors(6).get(t)));
      assertThat(elements(squares.get(t))).isEqualTo(elements(tensors(7).get(t)));
    }
  }

  @ParameterizedTest
  @CsvSource({"0.01, 0.25, 1", "0.01, 0, 1", "0, 0, 1", "0.01, 0.25, 0", "0, 0, NaN"})
  void larsMovesAParameterByItsOwnLengthOverItsGradients(float trust, float decay, float factor) {
    Tensor clip = tensor(new float[] {1, factor}, 2);
    List<Tensor> parameters = tensors(11);
    parameters.add(tensor(new float[9000], 9000)); // whose length is 0
    List<Tensor> momenta = tensors(12);
    momenta.add(gaussian(12, 9000));
    List<Tensor> gradients = tensors(13);
    gradients.add(gaussian(13, 9000));
    for (int t = 0; t < parameters.size(); t++) {
      double[] p = doubles(parameters.get(t));
      double[] m = doubles(momenta.get(t));
      double[] g = doubles(gradients.get(t));
      if (!Float.isNaN(factor)) {
        for (int i = 0; i < g.length; i++) {
          g[i] = factor * g[i] + decay * p[i];
        }
        double ratio = trust > 0 && norm(p) > 0 && norm(g) > 0 ? trust * norm(p) / norm(g) : 1;
        for (int i = 0; i < g.length; i++) {
          m[i] = 0.75 * m[i] + ratio * g[i];
          p[i] -= 0.125 * m[i];
        }
      }

      updates.lars(
          parameters.get(t),
          momenta.get(t),
          gradients.get(t),
          clip,
          new LarsStep(0.75f, trust, decay, 0.125f));

      assertClose(momenta.get(t), m, 1e-6);
      assertClose(parameters.get(t), p, 1e-6);
    }
  }

  private double[] doubles(Tensor tensor) {
    float[] elements = elements(tensor);
    double[] doubles = new double[elements.length];
    for (int i = 0; i < doubles.length; i++) {
      doubles[i] = elements[i];
    }
    return doubles;
  }

  private static double norm(double[] x) {
    double squares = 0;
    for (double element : x) {
      squares += element * element;
    }
    return Math.sqrt(squares);
  }

  private static List<Moved> moved(
      List<Tensor> parameters, List<Tensor> means, List<Tensor> squares, List<Tensor> gradients) {
    List<Moved> moved = new ArrayList<>();
    for (int t = 0; t < parameters.size(); t++) {
      moved.add(new Moved(parameters.get(t), means.get(t), squares.get(t), gradients.get(t)));
    }
    return moved;
  }

  @Test
  void aTeacherMovesTowardsItsStudent() {
    List<Tensor> teacher = tensors(9);
    List<Tensor> student = tensors(10);
    List<float[]> before = elements(teacher);

    updates.movingAverage(teacher, student, 0.75f, 0.25f);

    for (int t = 0; t < LENGTHS.length; t++) {
      float[] followed = elements(student.get(t));
      double[] expected = new double[followed.length];
      for (int i = 0; i < expected.length; i++) {
        expected[i] = 0.75 * before.get(t)[i] + 0.25 * followed[i];
      }
      assertClose(teacher.get(t), expected, 1e-6);
    }
  }

  /** More than are remembered. */
  @Test
  void anyNumberOfListsOfTensorsTakeTurns() {
    List<Tensor> sums = new ArrayList<>();
    Tensor one = tensor(new float[] {1}, 1);
    for (int i = 0; i < 300; i++) {
      sums.add(tensor(new float[] {i}, 1));
    }
    for (int turn = 0; turn < 2; turn++) {
      sums.forEach(sum -> updates.accumulate(List.of(sum), List.of(one), 1, true));
    }
    for (int i = 0; i < 300; i++) {
      assertThat(elements(sums.get(i))).containsExactly(i + 2);
    }
  }

  @Test
  void tensorsOfDifferentLengthsAreRefused() {
    Tensor three = tensor(new float[3], 3);
    Tensor four = tensor(new float[4], 4);
    assertThatThrownBy(() -> updates.accumulate(List.of(three), List.of(four), 1, false))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("[4] is not as long as FLOAT32[3]");
  }
}
