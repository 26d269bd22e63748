package dev.mto.executor;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.function.BiFunction;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.autodiff.samediff.SameDiff;
import org.nd4j.autodiff.samediff.ops.SDMath;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.api.ops.impl.controlflow.compat.StopGradient;

/** Each operation that plans know, alone, against SameDiff's in float64. */
class ElementaryGraphTest {
  private static final List<String> PARAMETERS = List.of("a", "b");

  /** A value of two variables: a [2, 3, 4] and b of the given shape, all elements above 0.3. */
  private record Formula(
      String name, List<Long> b, BiFunction<SDVariable, SDVariable, SDVariable> value) {
    long[] shapeOfB() {
      return b.stream().mapToLong(Long::longValue).toArray();
    }

    @Override
    public String toString() {
      return name;
    }
  }

  static Stream<Formula> formulas() {
    long[] same = {2, 3, 4};
    return Stream.of(
        formula("a + b", same, SDVariable::add),
        formula("a - b", same, SDVariable::sub),
        formula("a * b", same, SDVariable::mul),
        formula("a / b", same, SDVariable::div),
        formula("a + row", SDVariable::add, 1, 1, 4),
        formula("a - row", SDVariable::sub, 1, 1, 4),
        formula("row - a", (a, b) -> b.sub(a), 1, 1, 4),
        formula("a / row", SDVariable::div, 1, 1, 4),
        formula("row / a", (a, b) -> b.div(a), 1, 1, 4),
        formula("a * column", SDVariable::mul, 2, 3, 1),
        formula("a / column", SDVariable::div, 2, 3, 1),
        formula("a - middle", SDVariable::sub, 2, 1, 4),
        formula("a * inner", SDVariable::mul, 1, 3, 1),
        formula("a + vector of lower rank", SDVariable::add, 4),
        formula("vector of lower rank / a", (a, b) -> b.div(a), 4),
        formula("scalars", (a, b) -> a.mul(b.mul(2).add(1).rsub(3).sub(0.5).div(4)), same),
        formula("scalar / b", (a, b) -> a.mul(b.rdiv(2.5)), same),
        formula("exp", (a, b) -> math(b).exp(b).mul(a), same),
        formula("log", (a, b) -> math(b).log(b).mul(a), same),
        formula("log1p of exp", (a, b) -> math(b).log1p(math(b).exp(b.sub(a))), same),
        formula("sqrt", (a, b) -> math(b).sqrt(b).mul(a), same),
        formula("square", (a, b) -> math(b).square(b).mul(a), same),
        formula("abs", (a, b) -> math(b).abs(b.sub(1)).mul(a), same),
        formula("relu", (a, b) -> b.getSameDiff().nn().relu(b.sub(1), 0).mul(a), same),
        formula("power 2", (a, b) -> math(b).pow(b, 2).mul(a), same),
        formula("power 0.5", (a, b) -> math(b).pow(b, 0.5).mul(a), same),
        formula("power -0.5", (a, b) -> math(b).pow(b, -0.5).mul(a), same),
        formula("power -1", (a, b) -> math(b).pow(b, -1).mul(a), same),
        formula("matrices", (a, b) -> a.reshape(6, 4).mmul(b), 4, 5),
        formula(
            "matrices, both transposed", (a, b) -> product(a.reshape(4, 6), true, b, true), 5, 4),
        formula("batches", SDVariable::mmul, 2, 4, 5),
        formula("batches, right transposed", (a, b) -> product(a, false, b, true), 2, 5, 4),
        formula("batches, left transposed", (a, b) -> product(a, true, b, false), 2, 3, 5),
        formula("product of one variable", (a, b) -> product(a, false, a, true).mul(b), 2, 3, 3),
        formula("outer", (a, b) -> a.reshape(24, 1).mmul(b), 1, 5),
        formula("softmax", (a, b) -> a.getSameDiff().nn().softmax(a.mul(b), -1).mul(b), same),
        formula("reshape", (a, b) -> a.reshape(-1, 6).mul(b), 4, 6),
        formula("expand", (a, b) -> a.getSameDiff().expandDims(a, 1).mul(b), 2, 1, 3, 4),
        formula("expand the end", (a, b) -> a.getSameDiff().expandDims(a, -1).mul(b), 2, 3, 4, 1),
        formula("permute", (a, b) -> a.permute(2, 0, 1).mul(b), 4, 2, 3),
        formula("concat leading", (a, b) -> squared(concat(0, a, b, a)), 1, 3, 4),
        formula("concat middle", (a, b) -> squared(concat(1, a, b)), 2, 5, 4),
        formula("concat last", (a, b) -> squared(concat(2, b, a)), 2, 3, 1),
        formula("concat from the end", (a, b) -> squared(concat(-1, b, a)), 2, 3, 1),
        formula("unstack", (a, b) -> unstacked(a)[0].mul(unstacked(a)[1]).mul(b), 3, 4),
        formula("unstack in part", (a, b) -> unstacked(a)[1].mul(b), 3, 4),
        formula("slice", (a, b) -> slice(a).mul(b), 1, 2, 2),
        formula("sum", (a, b) -> a.mul(b).sum(), same),
        formula("mean", (a, b) -> a.mul(b).mean(), same),
        formula("sum of rows", (a, b) -> squared(a.mul(b).sum(2)), same),
        formula("sum of rows, kept", (a, b) -> a.div(a.mul(b).sum(true, 2)), same),
        formula("mean of joined middles", (a, b) -> squared(concat(1, a, b).mean(1)), 2, 5, 4),
        formula("mean of the last two", (a, b) -> squared(a.mul(b).mean(1, 2)), same),
        formula("mean of the first", (a, b) -> squared(a.mul(b).mean(0)), same),
        formula("mean of the first, kept", (a, b) -> a.sub(a.mul(b).mean(true, 0)), same),
        formula("sum of the first two", (a, b) -> squared(a.mul(b).sum(0, 1)), same),
        formula("mean of the middle", (a, b) -> squared(a.mul(b).mean(1)), same),
        formula("mean of the middle, kept", (a, b) -> a.div(a.mul(b).mean(true, 1)), same),
        formula("sum of the first and the last", (a, b) -> squared(a.mul(b).sum(0, 2)), same),
        formula("reshape to a computed shape", (a, b) -> reshaped(a, b).mul(b), 4, 6),
        formula("column * row", (a, b) -> a.reshape(24, 1).mul(b), 1, 5),
        formula("row * column", (a, b) -> b.mul(a.reshape(24, 1)), 1, 5),
        formula("row * column of each image", (a, b) -> b.mul(a.reshape(2, 12, 1)), 2, 1, 5),
        formula("first * last", (a, b) -> b.mul(a.sum(true, 0, 2)), 5, 1, 7),
        formula("mean of the middle of a product", (a, b) -> squared(a.mmul(b).mean(1)), 2, 4, 5),
        formula(
            "maximum, not differentiated", (a, b) -> a.mul(constant(b.max(true, 2))).add(b), same),
        formula(
            "maximum of all, not differentiated", (a, b) -> a.mul(constant(b.max())).add(b), same),
        formula("a used three times", (a, b) -> a.mul(a).add(a.mul(b)), same),
        formula("repetition of both", (a, b) -> squared(a.sum(true, 2).sub(b)), 1, 1, 4),
        formula("ones", (a, b) -> a.mul(b.getSameDiff().onesLike(b).sub(b.mul(0.5))), same));
  }

  private static Formula formula(
      String name, long[] b, BiFunction<SDVariable, SDVariable, SDVariable> value) {
    return formula(name, value, b);
  }

  private static Formula formula(
      String name, BiFunction<SDVariable, SDVariable, SDVariable> value, long... b) {
    return new Formula(name, Arrays.stream(b).boxed().toList(), value);
  }

  @BeforeEach
  void assumeFast() {
    Plans.assumeFast();
  }

  @ParameterizedTest
  @MethodSource("formulas")
  void isComputedAndDifferentiatedAsByTheGraph(Formula formula) {
    Results planned = run(formula, DataType.FLOAT, true);
    planned.assertCloseTo(run(formula, DataType.DOUBLE, false), 1e-5);
    assertThat(planned.gradients()).containsOnlyKeys(PARAMETERS);
  }

  private static Results run(Formula formula, DataType type, boolean compiled) {
    SameDiff graph = SameDiff.create();
    SDVariable a = graph.var("a", above(1, 2, 3, 4).castTo(type));
    SDVariable b = graph.var("b", above(2, formula.shapeOfB()).castTo(type));
    SDVariable value = formula.value().apply(a, b).rename("value");
    // weights that differ, so that a gradient put in a wrong place shows
    long[] shape = value.eval().shape();
    SDVariable loss =
        shape.length == 0
            ? value.mul(1.5)
            : value.mul(graph.constant(TinyModel.gaussian(3, shape).castTo(type))).sum();
    loss = loss.rename("loss");
    try (GraphSession session = GraphSession.withGradients(graph, loss, PARAMETERS)) {
      Results results = Results.of(session, Map.of(), List.of("value", "loss"));
      assertThat(Plans.isCompiled(session, PARAMETERS)).as("compiled").isEqualTo(compiled);
      return results;
    }
  }

  private static INDArray above(long seed, long... shape) {
    INDArray array = TinyModel.gaussian(seed, shape);
    for (long i = 0; i < array.length(); i++) {
      array.putScalar(i, 0.3f + Math.abs(array.getFloat(i)));
    }
    return array;
  }

  private static SDMath math(SDVariable x) {
    return x.getSameDiff().math();
  }

  private static SDVariable squared(SDVariable x) {
    return x.mul(x);
  }

  private static SDVariable product(SDVariable a, boolean ta, SDVariable b, boolean tb) {
    return a.getSameDiff().mmul(a, b, ta, tb, false);
  }

  private static SDVariable concat(int axis, SDVariable... parts) {
    return parts[0].getSameDiff().concat(axis, parts);
  }

  private static SDVariable[] unstacked(SDVariable a) {
    return a.getSameDiff().unstack(a, 0, 2);
  }

  private static SDVariable slice(SDVariable a) {
    return a.getSameDiff().stridedSlice(a, new long[] {1, 0, 1}, new long[] {2, 2, 3}, 1L, 1L, 1L);
  }

  private static SDVariable reshaped(SDVariable a, SDVariable like) {
    return a.reshape(like.shape());
  }

  private static SDVariable constant(SDVariable x) {
    return new StopGradient(x.getSameDiff(), x).outputVariable();
  }
}
