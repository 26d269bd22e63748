package dev.mto.executor.plan;

import dev.mto.executor.kernels.Binary;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Reverse-mode differentiation of a program, written into the program itself. */
final class Gradients {
  private final Program program;
  private final Map<Value, Value> gradients = new HashMap<>();
  private final Map<Value, Value> originals = new HashMap<>();
  private final Set<Value> differentiable = new HashSet<>();

  private Gradients(Program program) {
    this.program = program;
  }

  /**
   * Adds the gradients of {@code loss} to {@code parameters}.
   *
   * @param segments parts of the program whose results are computed again for the backward pass
   *     instead of being kept
   */
  static Gradients of(
      Program program, Value loss, List<Value> parameters, List<RecomputedSegment> segments) {
    Gradients gradients = new Gradients(program);
    List<Operation> forward = List.copyOf(program.operations());
    gradients.markDifferentiable(forward, parameters);
    gradients.add(loss, Value.uniform(1, loss.shape()));
    for (int i = forward.size() - 1; i >= 0; i--) {
      for (RecomputedSegment segment : segments) {
        if (segment.end() == i + 1) {
          gradients.recompute(forward.subList(segment.start(), segment.end()));
        }
      }
      Operation operation = forward.get(i);
      boolean needed =
          operation.inputs().stream().anyMatch(gradients::isNeeded)
              && operation.outputs().stream().anyMatch(gradients.gradients::containsKey);
      if (needed) {
        gradients.recomputedOr(operation).differentiate(gradients);
      }
    }
    return gradients;
  }

  private final Map<Operation, Operation> recomputed = new HashMap<>();

  private void recompute(List<Operation> segment) {
    Map<Value, Value> copies = new HashMap<>();
    for (Operation operation : segment) {
      Operation copy =
          operation.on(operation.inputs().stream().map(v -> copies.getOrDefault(v, v)).toList());
      program.add(copy);
      recomputed.put(operation, copy);
      for (int i = 0; i < operation.outputs().size(); i++) {
        copies.put(operation.outputs().get(i), copy.outputs().get(i));
        originals.put(copy.outputs().get(i), operation.outputs().get(i));
      }
    }
  }

  private Operation recomputedOr(Operation operation) {
    return recomputed.getOrDefault(operation, operation);
  }

  private void markDifferentiable(List<Operation> forward, List<Value> parameters) {
    differentiable.addAll(parameters);
    for (Operation operation : forward) {
      if (!(operation instanceof ConstantOperation)
          && operation.inputs().stream().anyMatch(differentiable::contains)) {
        differentiable.addAll(operation.outputs());
      }
    }
  }

  Program program() {
    return program;
  }

  /** Whether anybody asks for the gradient to {@code value}. */
  boolean isNeeded(Value value) {
    return differentiable.contains(original(value));
  }

  private Value original(Value value) {
    return originals.getOrDefault(value, value);
  }

  /** The gradient to {@code value}; null where the loss does not depend on it. */
  Value of(Value value) {
    return gradients.get(original(value));
  }

  /** Adds a contribution to the gradient to {@code value}, which has its shape. */
  void add(Value value, Value contribution) {
    if (contribution.length() != value.length()) {
      throw new IllegalStateException("gradient " + contribution + " to " + value);
    }
    Value key = original(value);
    Value known = gradients.get(key);
    gradients.put(
        key, known == null ? contribution : program.binary(Binary.ADD, known, contribution));
  }
}
