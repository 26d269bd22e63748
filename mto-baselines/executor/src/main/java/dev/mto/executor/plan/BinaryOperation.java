package dev.mto.executor.plan;

import dev.mto.executor.kernels.Binary;
import dev.mto.executor.kernels.Kernel;
import dev.mto.executor.kernels.Kernels;
import dev.mto.executor.kernels.Tensor;
import java.util.List;
import java.util.Locale;
import java.util.function.Function;

/** A function of two elements; {@code b} is repeated along its dimensions of extent 1. */
record BinaryOperation(Binary function, Value a, Value b, Value result) implements Operation {
  @Override
  public List<Value> inputs() {
    return List.of(a, b);
  }

  @Override
  public List<Value> outputs() {
    return List.of(result);
  }

  @Override
  public String name() {
    return function.name().toLowerCase(Locale.ROOT);
  }

  @Override
  public Value replaceable() {
    return a;
  }

  @Override
  public void differentiate(Gradients gradients) {
    Program program = gradients.program();
    Value dy = gradients.of(result);
    if (gradients.isNeeded(a)) {
      gradients.add(
          a,
          switch (function) {
            case ADD, SUBTRACT -> dy;
            case MULTIPLY -> program.binary(Binary.MULTIPLY, dy, b);
            case DIVIDE -> program.binary(Binary.DIVIDE, dy, b);
          });
    }
    if (gradients.isNeeded(b)) {
      Value whole =
          switch (function) {
            case ADD, SUBTRACT -> dy;
            case MULTIPLY -> program.binary(Binary.MULTIPLY, dy, a);
            case DIVIDE ->
                program.binary(Binary.DIVIDE, program.binary(Binary.MULTIPLY, dy, result), b);
          };
      Value sum = program.sumTo(whole, b.shape());
      boolean falls = function == Binary.SUBTRACT || function == Binary.DIVIDE;
      gradients.add(b, falls ? program.scale(sum, -1) : sum);
    }
  }

  @Override
  public Operation on(List<Value> inputs) {
    return new BinaryOperation(
        function, inputs.get(0), inputs.get(1), Value.computed(result.shape()));
  }

  @Override
  public Kernel kernel(Kernels kernels, Function<Value, Tensor> place) {
    return kernels.binary(function, place.apply(a), place.apply(b), place.apply(result));
  }
}
