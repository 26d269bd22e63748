package dev.mto.executor;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.autodiff.samediff.SameDiff;
import org.nd4j.autodiff.samediff.internal.SameDiffOp;

/** Which parameters a loss depends on by operations through which a gradient flows. */
final class Differentiable {
  private static final Set<String> CONSTANT =
      Set.of("stop_gradient", "shape_of", "size_at", "ones_as", "zeros_as", "fill");

  private Differentiable() {}

  static List<String> of(SameDiff graph, SDVariable loss, List<String> parameters) {
    Set<String> reached = new HashSet<>();
    Deque<String> open = new ArrayDeque<>(List.of(loss.name()));
    while (!open.isEmpty()) {
      String name = open.pop();
      if (!graph.getVariable(name).dataType().isFPType() || !reached.add(name)) {
        continue;
      }
      String producer = graph.getVariables().get(name).getOutputOfOp();
      if (producer != null) {
        SameDiffOp op = graph.getOps().get(producer);
        if (!CONSTANT.contains(op.getOp().opName()) && op.getInputsToOp() != null) {
          op.getInputsToOp().forEach(open::push);
        }
      }
    }
    return parameters.stream().filter(reached::contains).toList();
  }
}
