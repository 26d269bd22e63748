package dev.mto.executor.plan;

import dev.mto.executor.kernels.Binary;
import dev.mto.executor.kernels.ElementType;
import dev.mto.executor.kernels.Unary;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;

/**
 * Mixed precision: the matrix products of linear layers and of attention, forward and backward, are
 * done with operands of bfloat16 and sums of float32. What only these products read, also by way of
 * permutations and GELU, is kept as bfloat16. All else stays as it is: parameters and their
 * gradients, residuals, layer normalisation, what softmax is of, losses, and affinities, which no
 * linear layer and no attention makes. A float32's exponent fits into a bfloat16, so that nothing
 * overflows and losses need no scaling (Kalamkar et al., "A Study of BFLOAT16 for Deep Learning
 * Training", 2019).
 */
final class Narrowing {
  /** Owners of the values that are kept as bfloat16. */
  private final Set<Value> kept = new HashSet<>();

  /** Results of products that {@link #readsRounded} rounds, and that are float32 elsewhere. */
  private final Set<Value> roundedFactors = new HashSet<>();

  /** Products whose second factor is one of {@link #roundedFactors}. */
  private final Set<Operation> readsRounded = new HashSet<>();

  private final Map<Value, Value> casts = new HashMap<>();
  private final List<Operation> operations = new ArrayList<>();

  private Narrowing() {}

  /**
   * Marks the products of a forward program whose operands may be rounded; those of its backward
   * pass follow them. For TF32, to which a GPU rounds by itself, this is all there is to do.
   */
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

  /** Values times a parameter; a constant, such as the weights of a loss, is none. */
  private static boolean isLinearLayer(MatrixProductOperation product) {
    Value factor = product.b().owner();
    return factor.array() != null && !factor.isConstant() && product.a().owner().isPlaced();
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

  /**
   * The operations with the operands of marked products as bfloat16: kept so, or else rounded, each
   * value once.
   *
   * @param wanted values that stay float32
   */
  static List<Operation> of(List<Operation> operations, Set<Value> wanted) {
    Narrowing narrowing = new Narrowing();
    narrowing.choose(operations, wanted);
    narrowing.kept.forEach(Value::narrow);
    narrowing.chooseRoundedFactors(operations, wanted);
    operations.forEach(narrowing::add);
    return narrowing.operations;
  }

  /** The most values that can be kept as bfloat16, by taking away those that cannot. */
  private void choose(List<Operation> operations, Set<Value> wanted) {
    for (Operation operation : operations) {
      Stream.concat(operation.outputs().stream(), operation.inputs().stream())
          .map(Value::owner)
          .filter(value -> value.isComputed() || isExact(value))
          .forEach(kept::add);
    }
    wanted.forEach(value -> kept.remove(value.owner()));
    int before = -1;
    while (kept.size() != before) {
      before = kept.size();
      for (int i = operations.size() - 1; i >= 0; i--) {
        Operation operation = operations.get(i);
        if (!isView(operation)) {
          Stream.concat(
                  operation.outputs().stream().filter(value -> !gives(operation)),
                  operation.inputs().stream().filter(value -> !takes(operation, value)))
              .map(Value::owner)
              .toList()
              .forEach(kept::remove);
        }
      }
    }
  }

  /**
   * What a linear layer gives is multiplied by layer scale as it is, and then waits for the
   * gradient of that scale, the sum over rows of its product with its own: it waits as bfloat16.
   * Products that anything else reads, as a loss does, have exact factors.
   */
  private void chooseRoundedFactors(List<Operation> operations, Set<Value> wanted) {
    Set<Value> notOnlySummed = new HashSet<>();
    wanted.forEach(value -> notOnlySummed.add(value.owner()));
    for (Operation operation : operations) {
      if (!isView(operation) && !sumsRows(operation)) {
        operation.inputs().forEach(input -> notOnlySummed.add(input.owner()));
      }
    }
    Set<Value> products = new HashSet<>();
    for (Operation operation : operations) {
      if (operation instanceof MatrixProductOperation product && product.narrow()) {
        products.add(product.output().owner());
      } else if (isProductOfEqualShapes(operation)
          && !notOnlySummed.contains(operation.output().owner())) {
        Value factor = operation.inputs().get(1).owner();
        if (products.contains(factor) && !isKept(factor)) {
          roundedFactors.add(factor);
          readsRounded.add(operation);
        }
      }
    }
  }

  private static boolean sumsRows(Operation operation) {
    return operation instanceof MatrixProductOperation product && product.a().isUniform();
  }

  private static boolean isProductOfEqualShapes(Operation operation) {
    return operation instanceof BinaryOperation product
        && product.function() == Binary.MULTIPLY
        && product.a().length() == product.b().length()
        && product.b().length() == product.b().owner().length();
  }

  /** Whether all elements are one that a bfloat16 can be. */
  private static boolean isExact(Value value) {
    return value.isUniform() && (Float.floatToIntBits((float) value.element()) & 0xffff) == 0;
  }

  private static boolean isView(Operation operation) {
    return operation.outputs().stream().noneMatch(Value::isComputed);
  }

  private boolean isKept(Value value) {
    return kept.contains(value.owner());
  }

  /** Whether an operation can write its result as bfloat16. */
  private boolean gives(Operation operation) {
    if (operation instanceof MatrixProductOperation product) {
      return product.narrow() && product.addend() == null;
    }
    return operation instanceof SoftmaxOperation
        || (isElementwise(operation) && operation.inputs().stream().allMatch(this::isKept));
  }

  /** Whether an operation can read an input as bfloat16. */
  private boolean takes(Operation operation, Value input) {
    if (operation instanceof MatrixProductOperation product) {
      return input != product.bias()
          && input != product.addend()
          && (product.narrow() || (isSum(product) && isKept(product.a()) && isKept(product.b())));
    }
    return isElementwise(operation)
        && isKept(operation.output())
        && operation.inputs().stream().allMatch(this::isKept);
  }

  /** A sum over rows, as the gradient of a bias is. */
  private static boolean isSum(MatrixProductOperation product) {
    return product.a().isUniform() || product.b().isUniform();
  }

  /** What rounds only its result, where it reads and writes bfloat16. */
  private static boolean isElementwise(Operation operation) {
    return operation instanceof PermuteOperation
        || operation instanceof ConcatOperation
        || operation instanceof SoftmaxOperation.SoftmaxGradient
        || (operation instanceof UnaryOperation function
            && function.function().kind() == Unary.Kind.GELU)
        || (operation instanceof UnaryOperation.UnaryGradient gradient
            && gradient.function().kind() == Unary.Kind.GELU);
  }

  private void add(Operation operation) {
    if (operation instanceof MatrixProductOperation product && product.narrow()) {
      operations.add(product.of(narrow(product.a()), narrow(product.b())));
      if (roundedFactors.contains(product.output().owner())) {
        narrow(product.output().owner());
      }
    } else if (readsRounded.contains(operation) && operation instanceof BinaryOperation product) {
      operations.add(
          new BinaryOperation(
              product.function(), product.a(), narrow(product.b()), product.result()));
    } else if (operation instanceof SoftmaxOperation softmax && isKept(softmax.result())) {
      SoftmaxOperation wide =
          new SoftmaxOperation(softmax.x(), Value.computed(softmax.result().shape()));
      operations.add(wide);
      operations.add(new CastOperation(wide.result(), softmax.result()));
    } else {
      operations.add(operation);
    }
  }

  private Value narrow(Value value) {
    Value owner = value.owner();
    if (value.type() == ElementType.BFLOAT16) {
      return value;
    }
    if (owner == value || owner.length() != value.length()) {
      return casts.computeIfAbsent(value, this::cast);
    }
    return Value.view(casts.computeIfAbsent(owner, this::cast), 0, value.shape());
  }

  private Value cast(Value value) {
    CastOperation cast =
        new CastOperation(value, Value.computed(ElementType.BFLOAT16, value.shape()));
    operations.add(cast);
    return cast.result();
  }
}
