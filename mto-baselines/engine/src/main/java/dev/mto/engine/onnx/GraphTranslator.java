package dev.mto.engine.onnx;

import dev.mto.engine.errors.UserException;
import dev.mto.executor.plan.NamedPart;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Collection;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.autodiff.samediff.SameDiff;
import org.nd4j.autodiff.samediff.internal.SameDiffOp;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * Translates the operations of a SameDiff graph that lead to the wanted results. Parts that a scope
 * names, a layer normalisation or a GELU, become what ONNX has for them; shapes that depend on the
 * batch are followed by name, so that none is computed when the model runs but that of the batch.
 */
final class GraphTranslator {
  private final SameDiff graph;
  private final OnnxGraph onnx = new OnnxGraph();
  private final Map<String, Translated> translated = new HashMap<>();
  private final OperationTranslator operations;
  private List<String> results = List.of();

  GraphTranslator(SameDiff graph) {
    this.graph = graph;
    this.operations = new OperationTranslator(onnx, this::of, this::uses);
  }

  /** The graph that gives these variables under their names. */
  OnnxGraph translate(List<String> outputs) {
    results = outputs;
    graph.variables().stream()
        .filter(SDVariable::isPlaceHolder)
        .filter(placeholder -> isNeeded(placeholder.name(), outputs))
        .forEach(this::input);
    List<SameDiffOp> needed = needed(outputs);
    Map<String, NamedPart> parts = NamedPart.in(needed, outputs);
    for (SameDiffOp op : needed) {
      NamedPart part = parts.get(op.getName());
      if (part == null || part.kind() == NamedPart.Kind.ROW_ENTROPY) {
        List<Translated> results = operations.translate(op);
        for (int i = 0; i < results.size(); i++) {
          translated.put(op.getOutputsOfOp().get(i), results.get(i));
        }
      } else if (part.isLast(op)) {
        translated.put(part.output(), operations.translate(part));
      }
    }
    outputs.forEach(this::output);
    return onnx;
  }

  private void input(SDVariable placeholder) {
    long[] sizes = placeholder.placeholderShape();
    if (placeholder.dataType() != DataType.FLOAT || sizes == null) {
      throw new UserException(
          "ONNX: placeholder " + placeholder.name() + " must be float32 and of known rank");
    }
    Shape shape =
        new Shape(Arrays.stream(sizes).mapToObj(s -> s < 0 ? Extent.BATCH : Extent.of(s)).toList());
    onnx.input(placeholder.name(), shape);
    operations.batchIsOf(placeholder.name(), shape);
    translated.put(placeholder.name(), new Translated.Value(placeholder.name(), shape));
  }

  private boolean isNeeded(String placeholder, List<String> outputs) {
    return needed(outputs).stream().anyMatch(op -> op.getInputsToOp().contains(placeholder));
  }

  /** A result under its own name, which an earlier step may have left to another value. */
  private void output(String name) {
    Translated.Value value = operations.value(of(name));
    String given =
        value.name().equals(name) ? name : onnx.node("Identity", name, List.of(value.name()));
    if (!given.equals(name)) {
      throw new UserException("ONNX: the name of the result " + name + " is taken");
    }
    onnx.output(name, value.shape());
  }

  private List<SameDiffOp> needed(Collection<String> wanted) {
    Set<String> names = new HashSet<>();
    Deque<String> open = new ArrayDeque<>(wanted);
    while (!open.isEmpty()) {
      String producer = graph.getVariables().get(open.pop()).getOutputOfOp();
      if (producer != null && names.add(producer)) {
        open.addAll(graph.getOps().get(producer).getInputsToOp());
      }
    }
    return graph.getOps().values().stream().filter(op -> names.contains(op.getName())).toList();
  }

  /** How many operations take a variable, and one more where it is a result. */
  private int uses(String variable) {
    List<String> users = graph.getVariables().get(variable).getInputsForOp();
    return (users == null ? 0 : users.size()) + (results.contains(variable) ? 1 : 0);
  }

  /** What a variable has become; weights and constants become initializers when asked for. */
  private Translated of(String name) {
    return translated.computeIfAbsent(name, this::stored);
  }

  private Translated stored(String name) {
    SDVariable variable = graph.getVariable(name);
    INDArray array = variable.getArr();
    if (array == null) {
      throw new UserException("ONNX: " + name + " has no value and is not computed");
    }
    if (variable.dataType().isIntType()) {
      return new Translated.Numbers(Shape.of(array.toLongVector()));
    }
    return new Translated.Value(onnx.initializer(name, array), Shape.of(array.shape()));
  }
}
