package dev.mto.executor.plan;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.mto.executor.kernels.Binary;
import dev.mto.executor.kernels.FusedAttention;
import dev.mto.executor.kernels.Kernel;
import dev.mto.executor.kernels.Tensor;
import dev.mto.executor.kernels.Unary;
import dev.mto.executor.plan.AttentionOperation.Part;
import java.util.List;
import java.util.Set;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;

class AttentionFusionTest {
  private static final int B = 2;
  private static final int H = 3;
  private static final int T = 5;
  private static final int S = 4;

  private final Program program = new Program();
  private final Value tokens = Value.fed(B, T, 3, H, S);
  private final Value bias = Value.fed(H, T, T);
  private Value scores;
  private Value weights;

  /** Attention as models write it. */
  private Value attention(List<Value> heads, UnaryOperator<Value> ofScores) {
    Value scaled = program.unary(Unary.linear(0.5, 0), heads.get(0));
    scores = ofScores.apply(program.matmul(scaled, false, heads.get(1), true));
    weights = program.softmax(scores);
    return mixed(weights, heads.get(2));
  }

  private Value mixed(Value of, Value values) {
    return program.permute(program.matmul(of, false, values, false), 0, 2, 1, 3);
  }

  private List<Value> heads(Value of) {
    return UnstackOperation.add(program, program.permute(of, 2, 0, 3, 1, 4));
  }

  private Value plus(Value x, Value other) {
    return program.binary(Binary.ADD, x, other);
  }

  /** The operations that are left where these values are wanted. */
  private List<Operation> fused(Value... wanted) {
    AttentionFusion.in(program, Set.of(wanted), new Narrow());
    return Fusion.of(program.operations(), Set.of(wanted));
  }

  private void assertPlain(Value... wanted) {
    assertThat(fused(wanted))
        .noneMatch(AttentionOperation.class::isInstance)
        .anyMatch(SoftmaxOperation.class::isInstance);
  }

  @Test
  void productsSoftmaxAndPermutationsBecomeOneOperation() {
    Value result = attention(heads(tokens), products -> products);

    AttentionOperation attention = only(fused(result));

    assertThat(attention.query()).isEqualTo(new Part(tokens, 0));
    assertThat(attention.key()).isEqualTo(new Part(tokens, 1));
    assertThat(attention.value()).isEqualTo(new Part(tokens, 2));
    assertThat(attention.bias()).isNull();
    assertThat(attention.scale()).isEqualTo(0.5);
    assertThat(attention.result()).isSameAs(result);
    assertThat(attention.logSums().shape()).containsExactly(B, T, H);
    assertThat(attention.productFlops()).isEqualTo(2 * 2 * B * H * T * T * S);
  }

  @Test
  void aBiasOfAllImagesIsPartOfIt() {
    Value result = attention(heads(tokens), products -> plus(products, bias));

    List<Operation> operations = fused(result);

    Value read = ((AttentionOperation) operations.get(operations.size() - 1)).bias();
    assertThat(read.owner()).isSameAs(bias);
    assertThat(operations).hasSize(2).first().isInstanceOf(ViewOperation.class);
  }

  @Test
  void aBiasOfASingleImageIsPartOfItToo() {
    Value one = Value.fed(1, T, 3, H, S);
    Value result = attention(heads(one), products -> plus(products, bias));

    assertThat(fused(result)).anyMatch(AttentionOperation.class::isInstance);
  }

  @Test
  void queriesOfOtherTokensAreTakenFromThese() {
    Value others = Value.fed(B, 7, 2, H, S);
    List<Value> asked = heads(others);
    Value result =
        attention(
            List.of(heads(Value.fed(B, T, 1, H, S)).get(0), asked.get(0), asked.get(1)),
            products -> products);

    AttentionOperation attention = only(fused(result));

    assertThat(attention.key()).isEqualTo(new Part(others, 0));
    assertThat(attention.value()).isEqualTo(new Part(others, 1));
    assertThat(attention.productFlops()).isEqualTo(2 * 2 * B * H * T * 7 * S);
  }

  @Test
  void weightsAndScoresThatAreWantedOrReadStay() {
    Value result = attention(heads(tokens), products -> plus(products, bias));
    assertPlain(result, weights);
    assertPlain(result, scores);
    Value entropies = program.unary(Unary.of(Unary.Kind.LOG), weights);
    assertPlain(result, entropies);
  }

  @Test
  void scoresThatAnotherSoftmaxReadsStay() {
    Value result = attention(heads(tokens), products -> products);
    Value other = program.softmax(scores);
    assertPlain(result, other);
  }

  @Test
  void weightsThatDropOutChangesStay() {
    List<Value> heads = heads(tokens);
    attention(heads, products -> products);
    Value kept = program.binary(Binary.MULTIPLY, weights, Value.fed(B, H, T, T));
    assertPlain(mixed(kept, heads.get(2)));
  }

  @Test
  void scoresOfEachImagesOwnBiasStay() {
    assertPlain(
        attention(heads(tokens), products -> plus(products, Value.fed(B, H, T, T))),
        attention(heads(tokens), products -> plus(products, Value.fed(B, 1, 1, T))),
        attention(heads(tokens), products -> plus(products, Value.fed(1, H, 1, T))));
  }

  @Test
  void aBiasThatIsTakenAwayStays() {
    assertPlain(
        attention(heads(tokens), products -> program.binary(Binary.SUBTRACT, products, bias)));
  }

  @Test
  void tokensOfWhichAPartIsNotReadStay() {
    assertPlain(attention(heads(Value.fed(B, T, 4, H, S)), products -> products));
  }

  @Test
  void aPartThatIsReadTwiceStays() {
    List<Value> heads = heads(tokens);
    assertPlain(attention(List.of(heads.get(0), heads.get(1), heads.get(1)), products -> products));
  }

  @Test
  void headsThatAreTooWideStay() {
    assertPlain(attention(heads(Value.fed(B, T, 3, H, S + 1)), products -> products));
  }

  @Test
  void recomputedAttentionReadsRecomputedTokens() {
    AttentionOperation attention = only(fused(attention(heads(tokens), products -> products)));
    Value again = Value.fed(tokens.shape());

    AttentionOperation copy = (AttentionOperation) attention.on(List.of(again, again, again));

    assertThat(copy.value()).isEqualTo(new Part(again, 2));
    assertThat(copy.scale()).isCloseTo(0.5, within(0.0));
    assertThat(copy.outputs()).doesNotContainAnyElementsOf(attention.outputs());
  }

  @Test
  void gradientsOfAllPartsAreWrittenAtOnce() {
    Value result = attention(heads(tokens), products -> plus(products, bias));
    AttentionFusion.in(program, Set.of(result), new Narrow());
    Value loss = program.sumTo(result, 1, 1, 1, 1);
    Gradients gradients = Gradients.of(program, loss, List.of(tokens, bias), List.of());

    List<Operation> operations =
        Fusion.of(program.operations(), Set.of(gradients.of(tokens), gradients.of(bias)));

    assertThat(operations)
        .filteredOn(AttentionOperation.AttentionGradient.class::isInstance)
        .singleElement()
        .satisfies(
            gradient -> assertThat(gradient.outputs()).hasSize(2).contains(gradients.of(tokens)));
    assertThat(operations).noneMatch(SoftmaxOperation.class::isInstance);
  }

  @Test
  void aBiasThatIsNotTrainedHasNoGradient() {
    Value result = attention(heads(tokens), products -> plus(products, bias));
    AttentionFusion.in(program, Set.of(result), new Narrow());
    Value loss = program.sumTo(result, 1, 1, 1, 1);
    Gradients gradients = Gradients.of(program, loss, List.of(tokens), List.of());

    assertThat(gradients.of(bias)).isNull();
    assertThat(program.operations())
        .filteredOn(AttentionOperation.AttentionGradient.class::isInstance)
        .singleElement()
        .satisfies(gradient -> assertThat(gradient.outputs()).hasSize(1));
  }

  private static AttentionOperation only(List<Operation> operations) {
    assertThat(operations).singleElement().isInstanceOf(AttentionOperation.class);
    return (AttentionOperation) operations.get(0);
  }

  /** What a plan asks before it has kernels: only heads of width {@link #S} are done. */
  private static final class Narrow implements FusedAttention {
    @Override
    public boolean takes(long width) {
      return width <= S;
    }

    @Override
    public Kernel forward(Operands operands, float scale, Tensor out, Tensor logSums) {
      throw new UnsupportedOperationException();
    }

    @Override
    public Kernel gradient(
        Operands operands, float scale, Tensor out, Tensor logSums, Tensor gradient, Operands to) {
      throw new UnsupportedOperationException();
    }
  }
}
