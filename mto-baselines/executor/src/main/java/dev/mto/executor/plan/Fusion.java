package dev.mto.executor.plan;

import dev.mto.executor.kernels.Binary;
import dev.mto.executor.kernels.Unary;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Joins operations: into matrix products a bias, a residual or an earlier gradient that is added, a
 * factor before or after; two scatters that are added into one. Operations whose results nobody
 * needs are left out.
 */
final class Fusion {
  private final Set<Value> wanted;
  private List<Operation> operations;
  private Map<Value, Integer> uses;
  private Map<Value, Operation> producers;

  private Fusion(List<Operation> operations, Set<Value> wanted) {
    this.operations = operations;
    this.wanted = wanted;
  }

  /** The operations that compute {@code wanted}, joined. */
  static List<Operation> of(List<Operation> operations, Set<Value> wanted) {
    Fusion fusion = new Fusion(operations, wanted);
    fusion.dropUnused();
    fusion.joinScatters();
    fusion.joinFactors();
    fusion.joinSums();
    fusion.joinSums();
    fusion.joinScaledBranches();
    return fusion.operations;
  }

  private void dropUnused() {
    Set<Value> needed = new HashSet<>(wanted);
    List<Operation> kept = new ArrayList<>();
    for (int i = operations.size() - 1; i >= 0; i--) {
      Operation operation = operations.get(i);
      if (operation.outputs().stream().anyMatch(needed::contains)) {
        kept.add(0, operation);
        needed.addAll(operation.inputs());
      }
    }
    operations = kept;
  }

  private void count() {
    uses = new HashMap<>();
    producers = new HashMap<>();
    wanted.forEach(value -> uses.merge(value, 1, Integer::sum));
    for (Operation operation : operations) {
      operation.inputs().forEach(input -> uses.merge(input, 1, Integer::sum));
      operation.outputs().forEach(output -> producers.put(output, operation));
    }
  }

  private boolean usedOnce(Value value) {
    return uses.getOrDefault(value, 0) == 1;
  }

  /** The sum of two scatters that fill each row once. */
  private void joinScatters() {
    count();
    Map<Operation, Operation> replaced = new HashMap<>();
    Set<Operation> dropped = new HashSet<>();
    for (Operation operation : operations) {
      if (operation instanceof BinaryOperation sum
          && sum.function() == Binary.ADD
          && producers.get(sum.a()) instanceof ScatterOperation one
          && producers.get(sum.b()) instanceof ScatterOperation other
          && one.selection().isComplementOf(other.selection())
          && usedOnce(sum.a())
          && usedOnce(sum.b())) {
        replaced.put(sum, new MergeOperation(one, other, sum.result()));
        dropped.add(one);
        dropped.add(other);
      }
    }
    replace(replaced, dropped);
  }

  private void replace(Map<Operation, Operation> replaced, Set<Operation> dropped) {
    operations =
        operations.stream()
            .filter(operation -> !dropped.contains(operation))
            .map(operation -> replaced.getOrDefault(operation, operation))
            .toList();
  }

  /** Factors of an operand become the product's, and so does a factor of the result. */
  private void joinFactors() {
    count();
    Map<Value, Value> unscaled = new HashMap<>();
    Map<Value, Double> factors = new HashMap<>();
    Set<Value> onlyInProducts = new HashSet<>(producers.keySet());
    onlyInProducts.removeAll(wanted);
    for (Operation operation : operations) {
      if (!(operation instanceof MatrixProductOperation)) {
        onlyInProducts.removeAll(operation.inputs());
      }
    }
    Map<Value, Double> resultFactors = new HashMap<>();
    Map<Value, Value> scaledResults = new HashMap<>();
    Set<Operation> dropped = new HashSet<>();
    for (Operation operation : operations) {
      if (!(operation instanceof UnaryOperation scale)
          || scale.function().kind() != Unary.Kind.LINEAR
          || scale.function().beta() != 0) {
        continue;
      }
      double factor = scale.function().alpha();
      if (producers.get(scale.x()) instanceof MatrixProductOperation product
          && usedOnce(scale.x())
          && product.bias() == null
          && product.addend() == null) {
        resultFactors.put(scale.x(), factor);
        scaledResults.put(scale.x(), scale.result());
        dropped.add(scale);
      } else if (onlyInProducts.contains(scale.result()) && !scale.x().isUniform()) {
        unscaled.put(scale.result(), scale.x());
        factors.put(scale.result(), factor);
        dropped.add(scale);
      }
    }
    List<Operation> joined = new ArrayList<>();
    for (Operation operation : operations) {
      if (dropped.contains(operation)) {
        continue;
      }
      if (operation instanceof MatrixProductOperation p) {
        double factor =
            p.scale()
                * factors.getOrDefault(p.a(), 1.0)
                * factors.getOrDefault(p.b(), 1.0)
                * resultFactors.getOrDefault(p.result(), 1.0);
        joined.add(
            new MatrixProductOperation(
                unscaled.getOrDefault(p.a(), p.a()),
                p.transposeA(),
                unscaled.getOrDefault(p.b(), p.b()),
                p.transposeB(),
                factor,
                p.bias(),
                p.addend(),
                p.narrow(),
                scaledResults.getOrDefault(p.result(), p.result())));
      } else {
        joined.add(operation);
      }
    }
    operations = joined;
  }

  /** A bias row, or a tensor of the same shape, that is added to a product used nowhere else. */
  private void joinSums() {
    count();
    Map<Operation, Operation> replaced = new HashMap<>();
    Set<Operation> dropped = new HashSet<>();
    for (Operation operation : operations) {
      if (operation instanceof BinaryOperation sum && sum.function() == Binary.ADD) {
        MatrixProductOperation joined = join(sum, sum.a(), sum.b(), dropped);
        if (joined == null) {
          joined = join(sum, sum.b(), sum.a(), dropped);
        }
        if (joined != null) {
          replaced.put(sum, joined);
        }
      }
    }
    replace(replaced, dropped);
  }

  private MatrixProductOperation join(
      BinaryOperation sum, Value product, Value other, Set<Operation> dropped) {
    if (!(producers.get(product) instanceof MatrixProductOperation p)
        || dropped.contains(p)
        || p.addend() != null
        || !usedOnce(product)
        || p.scale() != 1
        || !Arrays.equals(product.shape(), sum.result().shape())) {
      return null;
    }
    if (other.sameShape(sum.result()) && !other.isUniform()) {
      dropped.add(p);
      return new MatrixProductOperation(
          p.a(),
          p.transposeA(),
          p.b(),
          p.transposeB(),
          1,
          p.bias(),
          other,
          p.narrow(),
          sum.result());
    }
    if (p.bias() == null && isRow(other, sum.result())) {
      dropped.add(p);
      return new MatrixProductOperation(
          p.a(), p.transposeA(), p.b(), p.transposeB(), 1, other, null, p.narrow(), sum.result());
    }
    return null;
  }

  /** A residual that is added to a branch scaled per channel or per row. */
  private void joinScaledBranches() {
    count();
    Map<Operation, Operation> replaced = new HashMap<>();
    Set<Operation> dropped = new HashSet<>();
    for (Operation operation : operations) {
      if (operation instanceof BinaryOperation sum
          && sum.function() == Binary.ADD
          && sum.a().sameShape(sum.b())
          && producers.get(sum.b()) instanceof BinaryOperation branch
          && branch.function() == Binary.MULTIPLY
          && usedOnce(sum.b())) {
        replaced.put(sum, new ScaledSumOperation(branch.a(), branch.b(), sum.a(), sum.result()));
        dropped.add(branch);
      }
    }
    replace(replaced, dropped);
  }

  private static boolean isRow(Value value, Value whole) {
    return whole.rank() == 2
        && value.rank() == 2
        && value.extent(0) == 1
        && value.extent(1) == whole.extent(1)
        && whole.extent(0) != 1;
  }
}
