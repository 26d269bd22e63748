package dev.mto.executor.plan;

import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.nd4j.autodiff.samediff.SameDiff;
import org.nd4j.autodiff.samediff.internal.SameDiffOp;
import org.nd4j.linalg.api.ops.ScalarOp;

/**
 * Operations of a graph that a scope names as one part, and that are exactly those which that part
 * is composed of.
 *
 * @param kind what they compute
 * @param name name of the part, without the ending of its scope
 * @param operations all operations of the scope, in order
 * @param own how many of the last ones are the part; those before prepare its inputs
 */
public record NamedPart(Kind kind, String name, List<SameDiffOp> operations, int own) {
  private static final double ROUNDING = 1e-6; // of scalars that are kept as float32

  /** Parts with an operation of their own. */
  public enum Kind {
    LAYER_NORM(
        ".layer_norm",
        "reduce_mean subtract multiply reduce_mean add_scalar pow multiply multiply add"),
    GELU(".gelu", "mul_scalar mul_scalar erf add_scalar multiply"),
    ROW_ENTROPY(
        ".row_entropy",
        "matmul add reduce_max mul_scalar cast cast div_scalar expand_dims expand_dims matmul"
            + " subtract softmax subtract reduce_max log subtract mul_scalar cast cast div_scalar"
            + " stop_gradient multiply matmul subtract");

    private final String ending;
    private final String composition;

    Kind(String ending, String composition) {
      this.ending = ending;
      this.composition = composition;
    }

    int size() {
      return composition.split(" ").length;
    }
  }

  /**
   * The parts among {@code operations}, by the names of their operations. One of whose inner values
   * somebody else needs is none.
   *
   * @param operations in the order of a graph
   * @param wanted variables that are asked for
   */
  public static Map<String, NamedPart> in(List<SameDiffOp> operations, Collection<String> wanted) {
    Map<String, NamedPart> parts = new HashMap<>();
    int start = 0;
    while (start < operations.size()) {
      String scope = scope(operations.get(start));
      int end = start + 1;
      while (end < operations.size() && scope(operations.get(end)).equals(scope)) {
        end++;
      }
      for (Kind kind : Kind.values()) {
        if (scope.endsWith(kind.ending)) {
          NamedPart part =
              new NamedPart(
                  kind,
                  scope.substring(0, scope.length() - kind.ending.length()),
                  operations.subList(start, end),
                  kind.size());
          if (part.isComposedAsExpected() && part.isClosed(operations, wanted)) {
            part.operations().forEach(op -> parts.put(op.getName(), part));
          }
        }
      }
      start = end;
    }
    return parts;
  }

  private static String scope(SameDiffOp op) {
    return op.getName().substring(0, Math.max(0, op.getName().lastIndexOf('/')));
  }

  private boolean isComposedAsExpected() {
    return operations.size() >= own
        && part().stream()
            .map(op -> op.getOp().opName())
            .collect(Collectors.joining(" "))
            .equals(kind.composition)
        && hasItsScalars();
  }

  private boolean hasItsScalars() {
    double[] own =
        part().stream()
            .filter(op -> op.getOp() instanceof ScalarOp)
            .mapToDouble(op -> ((ScalarOp) op.getOp()).scalar().getDouble(0))
            .toArray();
    double[] expected =
        switch (kind) {
          case LAYER_NORM -> new double[] {epsilon(), -0.5};
          case GELU -> new double[] {0.5, Math.sqrt(0.5), 1};
          case ROW_ENTROPY -> new double[] {16, 16, 0x1p52, 0x1p52};
        };
    boolean same = own.length == expected.length;
    for (int i = 0; same && i < own.length; i++) {
      same = Math.abs(own[i] / expected[i] - 1) < ROUNDING;
    }
    return same;
  }

  private boolean isClosed(List<SameDiffOp> all, Collection<String> wanted) {
    Set<String> inner = new HashSet<>();
    operations.forEach(op -> inner.addAll(op.getOutputsOfOp()));
    inner.remove(output());
    Set<String> names = new HashSet<>();
    operations.forEach(op -> names.add(op.getName()));
    return wanted.stream().noneMatch(inner::contains)
        && all.stream()
            .filter(op -> !names.contains(op.getName()) && op.getInputsToOp() != null)
            .noneMatch(op -> op.getInputsToOp().stream().anyMatch(inner::contains));
  }

  private List<SameDiffOp> part() {
    return operations.subList(operations.size() - own, operations.size());
  }

  /** Operations that prepare the inputs. */
  List<SameDiffOp> before() {
    return operations.subList(0, operations.size() - own);
  }

  /** Whether an operation is the last of it, which gives its result. */
  public boolean isLast(SameDiffOp op) {
    return operations.get(operations.size() - 1).getName().equals(op.getName());
  }

  /** The variable that holds the result. */
  public String output() {
    return operations.get(operations.size() - 1).getOutputsOfOp().get(0);
  }

  /**
   * An input's variable: x, weight and bias of a layer normalisation; x of a GELU; queries and keys
   * of an entropy.
   */
  public String input(int index) {
    return switch (kind) {
      case LAYER_NORM ->
          switch (index) {
            case 0 -> part().get(0).getInputsToOp().get(0);
            case 1 -> part().get(7).getInputsToOp().get(1);
            default -> part().get(8).getInputsToOp().get(1);
          };
      case GELU -> part().get(0).getInputsToOp().get(0);
      case ROW_ENTROPY -> part().get(0).getInputsToOp().get(index);
    };
  }

  /** ε of a layer normalisation. */
  public double epsilon() {
    return ((ScalarOp) part().get(4).getOp()).scalar().getDouble(0);
  }

  /** Whether the only use of the result is as the right side of a matrix product. */
  boolean feedsOneProduct(SameDiff graph) {
    List<String> users = graph.getVariables().get(output()).getInputsForOp();
    return users != null
        && users.size() == 1
        && graph.getOps().get(users.get(0)).getOp().opName().equals("matmul")
        && graph.getOps().get(users.get(0)).getInputsToOp().get(1).equals(output());
  }
}
