package dev.mto.executor.plan;

import dev.mto.executor.kernels.Kernel;
import dev.mto.executor.kernels.Kernels;
import dev.mto.executor.kernels.Tensor;
import java.util.List;
import java.util.Objects;
import java.util.function.Function;
import java.util.stream.Stream;

/**
 * scale·op(a)·op(b) + bias + addend; the bias and the addend are joined in after differentiation.
 *
 * @param narrow whether its operands, and those of its gradients, are rounded to what a plan is
 *     asked for: to bfloat16 before it, or to TF32 by it
 */
record MatrixProductOperation(
    Value a,
    boolean transposeA,
    Value b,
    boolean transposeB,
    double scale,
    Value bias,
    Value addend,
    boolean narrow,
    Value result)
    implements Operation {

  /** None for a sum or a repetition that the product's kernel does. */
  @Override
  public double productFlops() {
    return a.isUniform() || b.isUniform()
        ? 0
        : 2.0 * result.length() * a.extent(transposeA ? -2 : -1);
  }

  @Override
  public List<Value> inputs() {
    return Stream.of(a, b, bias, addend).filter(Objects::nonNull).toList();
  }

  @Override
  public List<Value> outputs() {
    return List.of(result);
  }

  @Override
  public String name() {
    return a.rank() > 2 ? "batched matmul" : "matmul";
  }

  @Override
  public Value replaceable() {
    return addend;
  }

  @Override
  public void differentiate(Gradients gradients) {
    Program program = gradients.program();
    Value dy = gradients.of(result);
    if (gradients.isNeeded(a)) {
      gradients.add(
          a,
          transposeA
              ? program.matmul(b, transposeB, dy, true, narrow)
              : program.matmul(dy, false, b, !transposeB, narrow));
    }
    if (gradients.isNeeded(b)) {
      gradients.add(
          b,
          transposeB
              ? program.matmul(dy, true, a, transposeA, narrow)
              : program.matmul(a, !transposeA, dy, false, narrow));
    }
  }

  @Override
  public Operation on(List<Value> inputs) {
    return new MatrixProductOperation(
        inputs.get(0),
        transposeA,
        inputs.get(1),
        transposeB,
        scale,
        bias == null ? null : inputs.get(2),
        addend == null ? null : inputs.get(inputs.size() - 1),
        narrow,
        Value.computed(result.shape()));
  }

  /** The same product, to be done with rounded operands. */
  MatrixProductOperation narrowed() {
    return new MatrixProductOperation(
        a, transposeA, b, transposeB, scale, bias, addend, true, result);
  }

  /** The same product of other operands. */
  MatrixProductOperation of(Value otherA, Value otherB) {
    return new MatrixProductOperation(
        otherA, transposeA, otherB, transposeB, scale, bias, addend, narrow, result);
  }

  @Override
  public Kernel kernel(Kernels kernels, Function<Value, Tensor> place) {
    return kernels.matmul(
        new Kernels.MatrixProduct(
            place.apply(a),
            transposeA,
            place.apply(b),
            transposeB,
            (float) scale,
            bias == null ? null : place.apply(bias),
            addend == null ? null : place.apply(addend),
            narrow),
        place.apply(result));
  }
}
