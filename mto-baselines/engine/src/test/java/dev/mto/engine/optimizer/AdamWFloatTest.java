package dev.mto.engine.optimizer;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.indexing.NDArrayIndex;

class AdamWFloatTest {
  private static final double BETA1 = 0.9;
  private static final double BETA2 = 0.95;
  private static final double EPSILON = 1e-3;
  private static final double DECAY = 0.1;
  private static final double TOLERANCE = 2e-6;

  private final Random random = new Random(5);
  private final Map<String, INDArray> parameters = parameters();
  private final List<AdamW> opened = new ArrayList<>();
  private final AdamW optimizer = optimizer(parameters);

  @AfterEach
  void close() {
    opened.forEach(AdamW::close);
  }

  @ParameterizedTest
  @ValueSource(doubles = {1, 0.3})
  void severalStepsOfAnyLengthEqualTheFormula(double factor) {
    double[] rates = {0.1, 0, 0.05, 0.2};
    Map<String, Formula> formulas = new LinkedHashMap<>();
    parameters.forEach((name, array) -> formulas.put(name, new Formula(name, array)));
    for (int t = 1; t <= rates.length; t++) {
      Map<String, INDArray> gradients = gradients();
      for (Map.Entry<String, Formula> entry : formulas.entrySet()) {
        double[] gradient = Vectors.doubles(gradients.get(entry.getKey()));
        entry.getValue().step(gradient, t, rates[t - 1], factor);
      }

      optimizer.step(gradients, rates[t - 1], factor);

      String step = " in step " + t;
      formulas.forEach(
          (name, formula) -> {
            Vectors.assertClose(name + step, parameters.get(name), formula.parameter, TOLERANCE);
            Vectors.assertClose(
                "first moment of " + name + step,
                optimizer.state().get("optimizer.exp_avg/" + name),
                formula.m,
                TOLERANCE);
            Vectors.assertClose(
                "second moment of " + name + step,
                optimizer.state().get("optimizer.exp_avg_sq/" + name),
                formula.v,
                TOLERANCE);
          });
    }
  }

  @Test
  void aRateOfZeroKeepsEveryBit() {
    Map<String, float[]> before = bits(parameters);

    optimizer.step(gradients(), 0, 1);

    assertSameBits(bits(parameters), before);
  }

  @Test
  void aScaleOfTheRateIsThatRateForItsParameterAndItsDecay() {
    INDArray one = Vectors.normal(random, 4097);
    INDArray other = one.dup();
    Map<String, INDArray> both = new LinkedHashMap<>();
    both.put("weight", one);
    both.put("weight scaled", other);
    Formula formula = new Formula("weight", other);
    AdamW scaled =
        new AdamW(
            both,
            name -> new ParameterGroup(name.endsWith("scaled") ? 0.25 : 0, true),
            BETA1,
            BETA2,
            EPSILON,
            DECAY);
    opened.add(scaled);
    float[] frozen = one.toFloatVector();
    for (int step = 1; step <= 3; step++) {
      INDArray gradient = Vectors.normal(random, 4097);
      formula.step(Vectors.doubles(gradient), step, 0.25 * 0.1, 1);
      scaled.step(Map.of("weight", gradient.dup(), "weight scaled", gradient), 0.1, 1);
    }

    Vectors.assertClose("scaled", other, formula.parameter, TOLERANCE);
    assertThat(one.toFloatVector()).as("scale 0").isEqualTo(frozen);
  }

  @Test
  void decayAppliesToChosenParametersOnly() {
    Map<String, float[]> before = bits(parameters);
    Map<String, INDArray> zeros = new LinkedHashMap<>();
    parameters.forEach(
        (name, array) -> zeros.put(name, Nd4j.zeros(array.dataType(), array.shape())));

    optimizer.step(zeros, 0.5, 1);

    float[] kept = before.get("bias 4097");
    assertThat(parameters.get("bias 4097").toFloatVector()).isEqualTo(kept);
    double[] shrunk = new double[4097];
    for (int i = 0; i < shrunk.length; i++) {
      shrunk[i] = before.get("weight 4097")[i] * (1 - 0.5 * DECAY);
    }
    Vectors.assertClose("weight", parameters.get("weight 4097"), shrunk, TOLERANCE);
  }

  @Test
  void aPartOfALargerArrayIsUpdatedAndItsSurroundingsAreNot() {
    INDArray whole = Vectors.normal(random, 5000);
    INDArray part = whole.get(NDArrayIndex.interval(300, 4700));
    float[] before = whole.toFloatVector();
    Formula formula = new Formula("weight", part);
    INDArray gradient = Vectors.normal(random, 4400);
    formula.step(Vectors.doubles(gradient), 1, 0.1, 1);

    optimizer(Map.of("weight", part)).step(Map.of("weight", gradient), 0.1, 1);

    float[] after = whole.toFloatVector();
    Vectors.assertClose("part", part, formula.parameter, TOLERANCE);
    for (int i = 0; i < after.length; i++) {
      if (i < 300 || i >= 4700) {
        assertThat(after[i]).as("element %d", i).isEqualTo(before[i]);
      }
    }
  }

  @Test
  void resultsHaveTheSameBitsForAnyNumberOfThreads() throws Exception {
    Map<String, INDArray> copy = new LinkedHashMap<>();
    parameters.forEach((name, array) -> copy.put(name, array.dup()));
    AdamW other = optimizer(copy);
    for (int step = 0; step < 3; step++) {
      Map<String, INDArray> gradients = gradients();
      Map<String, INDArray> same = new LinkedHashMap<>();
      gradients.forEach((name, array) -> same.put(name, array.dup()));

      Map<String, float[]> one =
          Pools.with(
              1,
              () -> {
                optimizer.step(gradients, 0.1, 0.7);
                return bits(parameters);
              });
      Map<String, float[]> four =
          Pools.with(
              4,
              () -> {
                other.step(same, 0.1, 0.7);
                return bits(copy);
              });

      assertSameBits(four, one);
      assertSameBits(bits(other.state()), bits(optimizer.state()));
    }
  }

  private static Map<String, float[]> bits(Map<String, INDArray> arrays) {
    Map<String, float[]> bits = new LinkedHashMap<>();
    arrays.forEach((name, array) -> bits.put(name, array.toFloatVector()));
    return bits;
  }

  private static void assertSameBits(Map<String, float[]> actual, Map<String, float[]> expected) {
    assertThat(actual.keySet()).isEqualTo(expected.keySet());
    actual.forEach((name, values) -> assertThat(values).as(name).isEqualTo(expected.get(name)));
  }

  private Map<String, INDArray> parameters() {
    Map<String, INDArray> made = new LinkedHashMap<>();
    for (int length : Vectors.LENGTHS) {
      made.put("weight " + length, Vectors.normal(random, length));
    }
    made.put("bias 4097", Vectors.normal(random, 4097));
    return made;
  }

  private Map<String, INDArray> gradients() {
    Map<String, INDArray> made = new LinkedHashMap<>();
    parameters.forEach(
        (name, array) -> made.put(name, Vectors.normal(random, (int) array.length())));
    return made;
  }

  private AdamW optimizer(Map<String, INDArray> arrays) {
    AdamW made =
        new AdamW(
            arrays,
            name -> ParameterGroup.of(name.startsWith("weight")),
            BETA1,
            BETA2,
            EPSILON,
            DECAY);
    opened.add(made);
    return made;
  }

  /** AdamW in double. */
  private static final class Formula {
    private final boolean decayed;
    private final double[] parameter;
    private final double[] m;
    private final double[] v;

    Formula(String name, INDArray start) {
      decayed = name.startsWith("weight");
      parameter = Vectors.doubles(start);
      m = new double[parameter.length];
      v = new double[parameter.length];
    }

    void step(double[] gradient, int t, double rate, double factor) {
      for (int i = 0; i < parameter.length; i++) {
        double g = factor * gradient[i];
        m[i] = BETA1 * m[i] + (1 - BETA1) * g;
        v[i] = BETA2 * v[i] + (1 - BETA2) * g * g;
        double first = m[i] / (1 - Math.pow(BETA1, t));
        double second = v[i] / (1 - Math.pow(BETA2, t));
        if (decayed) {
          parameter[i] *= 1 - rate * DECAY;
        }
        parameter[i] -= rate * first / (Math.sqrt(second) + EPSILON);
      }
    }
  }
}
