package dev.mto.executor.plan;

import dev.mto.executor.kernels.Binary;
import dev.mto.executor.kernels.FusedAttention;
import dev.mto.executor.kernels.Unary;
import dev.mto.executor.plan.AttentionOperation.Part;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;

/**
 * Finds attention in a forward program: the product of queries and keys, scaled and with a bias or
 * without, its softmax, the product of that with values, and the permutations of heads before and
 * after. The last operation is replaced by one that does it all; those before it stay, and are left
 * out later with all that nobody needs. Attention whose scores or weights anything else reads stays
 * as it is. Gradients follow from the operations that are there when they are derived.
 */
final class AttentionFusion {
  private static final List<Integer> HEADS_FIRST = List.of(2, 0, 3, 1, 4); // parts, B, H, T, S
  private static final List<Integer> TOKENS_FIRST = List.of(0, 2, 1, 3); // B, T, H, S

  private final Program program;
  private final FusedAttention kernels;
  private final Map<Value, Integer> uses = new HashMap<>();

  private AttentionFusion(Program program, Set<Value> wanted, FusedAttention kernels) {
    this.program = program;
    this.kernels = kernels;
    wanted.forEach(value -> uses.merge(value, 1, Integer::sum));
    program
        .operations()
        .forEach(
            operation -> operation.inputs().forEach(input -> uses.merge(input, 1, Integer::sum)));
  }

  /**
   * Replaces attention in a program that is not differentiated yet.
   *
   * @param wanted values that are asked for
   * @param kernels what can be done so
   */
  static void in(Program program, Set<Value> wanted, FusedAttention kernels) {
    AttentionFusion fusion = new AttentionFusion(program, wanted, kernels);
    program.replaceAll(
        operation -> {
          AttentionOperation attention = fusion.attention(operation);
          return attention == null ? operation : attention;
        });
  }

  /** The whole of which an operation is the last one; null where it is none. */
  private AttentionOperation attention(Operation last) {
    if (!(last instanceof PermuteOperation mixed)
        || !mixed.order().equals(TOKENS_FIRST)
        || !(made(mixed.x()) instanceof MatrixProductOperation mix)
        || mix.transposeA()
        || mix.transposeB()
        || !(made(mix.a()) instanceof SoftmaxOperation softmax)) {
      return null;
    }
    Value bias = null;
    Operation scores = made(softmax.x());
    if (scores instanceof BinaryOperation sum && sum.function() == Binary.ADD) {
      bias = sum.b();
      scores = made(sum.a());
    }
    if (!(scores instanceof MatrixProductOperation product)
        || product.transposeA()
        || !product.transposeB()
        || !product.result().sameShape(mix.a())
        || !product.result().sameShape(softmax.x())
        || (bias != null && !isOfScores(bias, product.result()))) {
      return null;
    }
    Value queries = product.a();
    double scale = 1;
    if (program.producer(queries) instanceof UnaryOperation factor
        && factor.function().kind() == Unary.Kind.LINEAR
        && factor.function().beta() == 0) {
      queries = factor.x();
      scale = factor.function().alpha();
    }
    Part query = part(queries);
    Part key = part(product.b());
    Part value = part(mix.b());
    return query == null || key == null || value == null || !areWhole(query, key, value)
        ? null
        : of(query, key, value, bias, scale, mixed.result());
  }

  private AttentionOperation of(
      Part query, Part key, Part value, Value bias, double scale, Value result) {
    long[] rows = Arrays.copyOf(result.shape(), 3);
    return kernels.takes(result.extent(-1))
        ? new AttentionOperation(query, key, value, bias, scale, result, Value.computed(rows))
        : null;
  }

  /** What makes a value that nobody else reads, also by way of other shapes; else null. */
  private Operation made(Value value) {
    if (uses.getOrDefault(value, 0) != 1) {
      return null;
    }
    Operation made = program.producer(value);
    return made instanceof ViewOperation view ? made(view.x()) : made;
  }

  /** Whether a bias is that of all images, for scores [B, H, T, K]. */
  private static boolean isOfScores(Value bias, Value scores) {
    long[] shape = scores.shape().clone();
    shape[0] = 1;
    return !bias.isUniform()
        && (Arrays.equals(bias.shape(), shape)
            || (scores.extent(0) == 1 && bias.length() == scores.length()));
  }

  /** The tokens of which heads [B, H, T, S] are a part; null where they are none. */
  private Part part(Value heads) {
    return program.producer(heads) instanceof UnstackOperation parts
            && program.producer(parts.x()) instanceof PermuteOperation permuted
            && permuted.order().equals(HEADS_FIRST)
            && !permuted.x().isUniform()
        ? new Part(permuted.x(), parts.results().indexOf(heads))
        : null;
  }

  /** Whether all that tokens consist of is read once, so that their gradients are written whole. */
  private static boolean areWhole(Part... parts) {
    Set<Part> distinct = new HashSet<>(List.of(parts));
    return distinct.size() == parts.length
        && Stream.of(parts)
            .map(Part::tokens)
            .allMatch(
                tokens ->
                    Stream.of(parts).filter(part -> part.tokens() == tokens).count()
                        == tokens.extent(2));
  }
}
