package dev.mto.models;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import dev.mto.oracle.Bits;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.nd4j.autodiff.samediff.SameDiff;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

class ParametersTest {

  @Test
  void valueDependsOnTheNameAndNotOnTheOrder() {
    Parameters first = parameters(1);
    Parameters second = parameters(1);
    Parameters otherSeed = parameters(2);

    INDArray a = declare(first, "a");
    INDArray b = declare(first, "b");
    INDArray secondB = declare(second, "b");
    INDArray secondA = declare(second, "a");

    assertThat(Bits.of(secondA)).isEqualTo(Bits.of(a));
    assertThat(Bits.of(secondB)).isEqualTo(Bits.of(b));
    assertThat(b).isNotEqualTo(a);
    assertThat(declare(otherSeed, "a")).isNotEqualTo(a);
    assertThat(second.names()).containsExactly("b", "a");
  }

  @Test
  void declaringANameTwiceIsRefused() {
    Parameters parameters = parameters(1);
    declare(parameters, "a");

    assertThatIllegalArgumentException()
        .isThrownBy(() -> declare(parameters, "a"))
        .withMessageContaining("a is declared twice");
  }

  @Test
  void aCopyHasTheSameFirstValuesAndIsNotAmongTheTrainableNames() {
    SameDiff graph = SameDiff.create();
    Parameters student =
        new Parameters(graph, DataType.FLOAT, name -> new SplittableRandom(name.hashCode()));
    Parameters teacher = student.copy("teacher.");

    INDArray own = declare(student, "a");
    INDArray copied = declare(teacher, "a");

    assertThat(copied).isEqualTo(own).isNotSameAs(own);
    assertThat(student.names()).containsExactly("a");
    assertThat(teacher.arrays().keySet()).containsExactly("teacher.a");
  }

  @Test
  void aTableIsAConstantThatACopyShares() {
    SameDiff graph = SameDiff.create();
    Parameters student = new Parameters(graph, DataType.DOUBLE, name -> new SplittableRandom(1));
    INDArray value = sample(Initializer.ones(), 2, 2);

    assertThat(student.table("positions", value).dataType()).isEqualTo(DataType.DOUBLE);
    assertThat(student.copy("teacher.").table("positions", value).name()).isEqualTo("positions");
    assertThat(student.tables()).containsOnlyKeys("positions");
    assertThat(student.names()).isEmpty();
  }

  @Test
  void typesThatCannotBeTrainedAreRefused() {
    assertThatIllegalArgumentException()
        .isThrownBy(
            () -> new Parameters(SameDiff.create(), DataType.INT32, n -> new SplittableRandom(1)))
        .withMessageContaining("INT");
  }

  @Test
  void truncatedNormalHasTheSpreadOfItsCut() {
    INDArray cut = sample(Initializer.truncatedNormal(0.02, 0.02), 100, 500);
    INDArray wide = sample(Initializer.truncatedNormal(0.02, 2), 100, 500);

    assertThat(cut.amaxNumber().doubleValue()).isLessThanOrEqualTo(0.02);
    assertThat(cut.stdNumber().doubleValue()).isCloseTo(0.5396 * 0.02, within(1e-4));
    assertThat(cut.meanNumber().doubleValue()).isCloseTo(0, within(3e-4));
    assertThat(wide.stdNumber().doubleValue()).isCloseTo(0.02, within(3e-4));
  }

  @Test
  void uniformInitializersFillTheirBounds() {
    double kaiming = 1 / Math.sqrt(4 * 3 * 3);
    double xavier = Math.sqrt(6.0 / (100 + 60));

    assertThat(sample(Initializer.kaimingUniform(), 200, 4, 3, 3).amaxNumber().doubleValue())
        .isBetween(0.98 * kaiming, kaiming);
    assertThat(sample(Initializer.xavierUniform(), 100, 60).amaxNumber().doubleValue())
        .isBetween(0.98 * xavier, xavier);
    assertThat(sample(Initializer.uniform(0.5), 1000).minNumber().doubleValue())
        .isBetween(-0.5, -0.49);
  }

  @Test
  void constantsAndDivision() {
    assertThat(sample(Initializer.zeros(), 3).sumNumber().doubleValue()).isZero();
    assertThat(sample(Initializer.ones(), 3).sumNumber().doubleValue()).isEqualTo(3);
    assertThat(sample(Initializer.constant(6).dividedBy(4), 2).getDouble(1)).isEqualTo(1.5);
  }

  private static Parameters parameters(long seed) {
    return new Parameters(
        SameDiff.create(), DataType.FLOAT, name -> new SplittableRandom(seed * name.hashCode()));
  }

  private static INDArray declare(Parameters parameters, String name) {
    return parameters.declare(name, Initializer.truncatedNormal(1, 2), 4, 5).getArr();
  }

  private static INDArray sample(Initializer initializer, long... shape) {
    INDArray sample = initializer.create(new SplittableRandom(3), DataType.DOUBLE, shape);
    assertThat(sample.shape()).containsExactly(shape);
    return sample;
  }
}
