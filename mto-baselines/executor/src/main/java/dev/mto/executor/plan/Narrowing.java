package dev.mto.executor.plan;

import dev.mto.executor.kernels.ElementType;
import dev.mto.executor.kernels.Unary;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Mixed precision: the matrix products of linear layers and of attention, forward and backward, are
 * done with operands of bfloat16 and sums of float32. All else stays as it is: parameters and their
 * gradients, residuals, softmax, layer normalisation, losses, and affinities, which no linear layer
 * and no attention makes. A float32's exponent fits into a bfloat16, so that nothing overflows and
 * losses need no scaling (Kalamkar et al., "A Study of BFLOAT16 for Deep Learning Training", 2019).
 */
final class Narrowing {
  private final Map<Value, Value> narrow = new HashMap<>();
  private final List<Operation> operations = new ArrayList<>();

  private Narrowing() {}

  /** Marks the products of a forward program; those of its backward pass follow them. */
  static void mark(Program program) {
    Set<Operation> marked = new HashSet<>();
    for (Operation operation : program.operations()) {
      if (operation instanceof MatrixProductOperation product) {
        if (isLinearLayer(product)) {
          marked.add(product);
        } else if (made(program, product.a()) instanceof SoftmaxOperation attention) {
          marked.add(product);
          if (scores(program, attention.x()) instanceof MatrixProductOperation scores) {
            marked.add(scores);
          }
        }
      }
    }
    program.replaceAll(
        operation ->
            marked.contains(operation) && operation instanceof MatrixProductOperation product
                ? product.narrowed()
                : operation);
  }

  /** Values times a parameter. */
  private static boolean isLinearLayer(MatrixProductOperation product) {
    return product.b().owner().array() != null && product.a().owner().isPlaced();
  }

  private static Operation made(Program program, Value value) {
    Operation made = program.producer(value);
    return made instanceof ViewOperation view ? made(program, view.x()) : made;
  }

  /** The product that a softmax is of, with a factor and a bias of positions between them. */
  private static Operation scores(Program program, Value value) {
    Operation made = made(program, value);
    if (made instanceof UnaryOperation factor && factor.function().kind() == Unary.Kind.LINEAR) {
      return scores(program, factor.x());
    }
    return made instanceof BinaryOperation sum ? scores(program, sum.a()) : made;
  }

  /** The operations with the operands of marked products rounded, each value once. */
  static List<Operation> cast(List<Operation> operations) {
    Narrowing narrowing = new Narrowing();
    for (Operation operation : operations) {
      narrowing.operations.add(
          operation instanceof MatrixProductOperation product && product.narrow()
              ? product.of(narrowing.narrow(product.a()), narrowing.narrow(product.b()))
              : operation);
    }
    return narrowing.operations;
  }

  private Value narrow(Value value) {
    Value owner = value.owner();
    if (owner == value || owner.length() != value.length()) {
      return narrow.computeIfAbsent(value, this::add);
    }
    return Value.view(narrow.computeIfAbsent(owner, this::add), 0, value.shape());
  }

  private Value add(Value value) {
    CastOperation cast =
        new CastOperation(value, Value.computed(ElementType.BFLOAT16, value.shape()));
    operations.add(cast);
    return cast.result();
  }
}
