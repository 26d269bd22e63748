package dev.mto.executor.plan;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mto.executor.kernels.Binary;
import dev.mto.executor.kernels.Selection;
import dev.mto.executor.kernels.Unary;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

class FusionTest {
  private final Program program = new Program();
  private final Value x = Value.fed(6, 4);
  private final Value weight = Value.fed(4, 5);
  private final Value bias = Value.fed(1, 5);
  private final Value residual = Value.fed(6, 5);

  @Test
  void aBiasBecomesTheProducts() {
    Value sum = program.binary(Binary.ADD, product(), bias);

    MatrixProductOperation joined = onlyProduct(fused(sum));

    assertThat(joined.bias()).isSameAs(bias);
    assertThat(joined.addend()).isNull();
    assertThat(joined.result()).isSameAs(sum);
  }

  @Test
  void aBiasAndThenAResidualBecomeTheProducts() {
    Value biased = program.binary(Binary.ADD, product(), bias);
    Value sum = program.binary(Binary.ADD, residual, biased);

    MatrixProductOperation joined = onlyProduct(fused(sum));

    assertThat(joined.bias()).isSameAs(bias);
    assertThat(joined.addend()).isSameAs(residual);
    assertThat(joined.result()).isSameAs(sum);
  }

  @Test
  void ofTwoAddedProductsOneIsAddedToTheOther() {
    Value first = product();
    Value second = product();
    Value sum = program.binary(Binary.ADD, first, second);

    List<Operation> operations = fused(sum);

    assertThat(operations).hasSize(2);
    MatrixProductOperation last = (MatrixProductOperation) operations.get(1);
    assertThat(last.addend()).isSameAs(operations.get(0).output()).isIn(first, second);
    assertThat(last.result()).isSameAs(sum);
  }

  @Test
  void factorsBeforeAndAfterBecomeTheProducts() {
    Value scaled = program.unary(Unary.linear(0.5, 0), x);
    Value result = program.scale(program.matmul(scaled, false, weight, false), 3);

    MatrixProductOperation joined = onlyProduct(fused(result));

    assertThat(joined.scale()).isEqualTo(1.5);
    assertThat(joined.a()).isSameAs(x);
    assertThat(joined.result()).isSameAs(result);
  }

  @Test
  void aFactorOfSeveralProductsBecomesThatOfEach() {
    Value scaled = program.unary(Unary.linear(0.5, 0), x);
    Value first = program.matmul(scaled, false, weight, false);
    Value second = program.matmul(scaled, true, scaled, false);

    List<Operation> operations = fused(first, second);

    assertThat(operations).hasSize(2);
    assertThat(((MatrixProductOperation) operations.get(0)).scale()).isEqualTo(0.5);
    assertThat(((MatrixProductOperation) operations.get(1)).scale()).isEqualTo(0.25);
  }

  @Test
  void aScaledValueThatOthersReadStays() {
    Value scaled = program.unary(Unary.linear(0.5, 0), x);
    Value result = program.matmul(scaled, false, weight, false);
    Value other = program.unary(Unary.of(Unary.Kind.EXP), scaled);

    assertUntouched(result, other);
  }

  @Test
  void aScaledValueThatIsWantedStays() {
    Value scaled = program.unary(Unary.linear(0.5, 0), x);
    Value result = program.matmul(scaled, false, weight, false);

    assertUntouched(result, scaled);
  }

  @Test
  void aShiftIsNoFactor() {
    Value shifted = program.unary(Unary.linear(0.5, 1), x);

    assertUntouched(program.matmul(shifted, false, weight, false));
  }

  @Test
  void aProductThatIsReadTwiceStays() {
    Value product = product();

    assertUntouched(
        program.binary(Binary.ADD, product, bias), program.unary(Unary.linear(2, 0), product));
  }

  @Test
  void aProductAddedToItselfStays() {
    Value product = product();

    assertUntouched(program.binary(Binary.ADD, product, product));
  }

  @Test
  void aProductThatIsWantedStays() {
    Value product = product();

    assertUntouched(product, program.binary(Binary.ADD, product, residual));
    assertUntouched(product, program.scale(product, 2));
  }

  @Test
  void aScaledProductTakesNoSums() {
    Value scaled = program.scale(product(), 2);
    Value sum = program.binary(Binary.ADD, scaled, residual);

    List<Operation> operations = fused(sum);

    assertThat(operations).hasSize(2);
    assertThat(((MatrixProductOperation) operations.get(0)).scale()).isEqualTo(2);
    assertThat(operations.get(1)).isInstanceOf(BinaryOperation.class);
  }

  @Test
  void aColumnIsNoBias() {
    assertUntouched(program.binary(Binary.ADD, product(), Value.fed(6, 1)));
  }

  @Test
  void aSmallProductIsNotAddedToALargerTensor() {
    Value row = program.matmul(Value.fed(1, 4), false, weight, false);

    assertUntouched(program.binary(Binary.ADD, residual, row));
  }

  @Test
  void aDifferenceIsNoSum() {
    assertUntouched(program.binary(Binary.SUBTRACT, product(), residual));
  }

  @Test
  void aResidualIsAddedToAScaledBranchAtOnce() {
    Value branch = program.binary(Binary.MULTIPLY, Value.fed(6, 5), bias);
    Value sum = program.binary(Binary.ADD, residual, branch);

    List<Operation> operations = fused(sum);

    assertThat(operations)
        .singleElement()
        .isInstanceOfSatisfying(
            ScaledSumOperation.class,
            joined -> {
              assertThat(joined.factor()).isSameAs(bias);
              assertThat(joined.addend()).isSameAs(residual);
              assertThat(joined.result()).isSameAs(sum);
            });
    assertThat(fused(sum, branch)).as("a branch that is wanted stays").hasSize(2);
  }

  @Test
  void complementaryScattersAreJoinedAndOthersNot() {
    Selection masked = new Selection(2, 1, 4);
    Selection visible = new Selection(2, 3, 4);
    Value one = ScatterOperation.add(program, masked, Value.fed(2, 1, 5));
    Value other = ScatterOperation.add(program, visible, Value.fed(2, 3, 5));
    Value sum = program.binary(Binary.ADD, one, other);
    assertThat(fused(sum)).hasSize(3);

    Selection.pair(masked, visible);

    assertThat(fused(sum)).singleElement().isInstanceOf(MergeOperation.class);
    assertThat(fused(sum, one)).as("a scatter that is wanted stays").hasSize(3);
  }

  @Test
  void whatNobodyNeedsIsLeftOut() {
    Value needed = program.unary(Unary.of(Unary.Kind.EXP), x);
    program.unary(Unary.of(Unary.Kind.EXP), needed);
    program.unary(Unary.of(Unary.Kind.EXP), weight);

    assertThat(fused(needed)).singleElement().isSameAs(program.operations().get(0));
  }

  private Value product() {
    return program.matmul(x, false, weight, false);
  }

  private List<Operation> fused(Value... wanted) {
    return Fusion.of(program.operations(), Set.of(wanted));
  }

  private void assertUntouched(Value... wanted) {
    List<Operation> expected =
        program.operations().stream()
            .filter(
                operation ->
                    Set.of(wanted).contains(operation.output())
                        || program.operations().stream()
                            .anyMatch(other -> other.inputs().contains(operation.output())))
            .toList();
    assertThat(expected).hasSizeGreaterThan(1);
    assertThat(fused(wanted)).containsExactlyElementsOf(expected);
  }

  private static MatrixProductOperation onlyProduct(List<Operation> operations) {
    assertThat(operations).singleElement().isInstanceOf(MatrixProductOperation.class);
    return (MatrixProductOperation) operations.get(0);
  }
}
