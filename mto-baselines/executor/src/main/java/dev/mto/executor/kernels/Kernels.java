package dev.mto.executor.kernels;

import java.util.List;
import java.util.Optional;

/**
 * The operations that a plan consists of, for one kind of processor. Each method prepares an
 * operation for tensors at fixed addresses, once; its {@link Kernel} is then run in every step.
 * Kernels of one set are run by one thread, in the order of the plan; a set may use more threads
 * inside.
 *
 * <p>Where a method says "in place", the output may be the same memory as that input. Tensors are
 * float32 unless a method says otherwise; arithmetic is float32 in any case.
 */
public interface Kernels extends AutoCloseable {
  /** Name for people, e.g. {@code oneDNN 2.5.2}. */
  String name();

  /** Where the tensors that they work on live. */
  Memory memory();

  /** What training does after a backward pass, in this memory; empty where the host does it. */
  default Optional<Updates> updates() {
    return Optional.empty();
  }

  /** Attention in one kernel; empty where products and softmax are to be run one by one. */
  default Optional<FusedAttention> fusedAttention() {
    return Optional.empty();
  }

  /**
   * Kernels of this set that are run in one order again and again. They may be started all at once;
   * what each of them is given stays where it is.
   */
  default KernelSequence together(List<Kernel> kernels) {
    return () -> kernels.forEach(Kernel::run);
  }

  /**
   * Gives back the memory that kernels prepared so far have for themselves. None of them is run
   * again.
   */
  default void forget() {}

  /** Whether the processor failed, which whoever was waiting was told. */
  default boolean hasFailed() {
    return false;
  }

  /** Waits until all kernels run so far are done; those of a CPU are when they return. */
  default void finish() {}

  /**
   * Matrix products {@code out = scale * op(a)·op(b) + bias + addend}, in which op transposes the
   * last two dimensions where asked to. The operands a and b are of one type, float32 or bfloat16.
   *
   * @param product the operands
   * @param out [..., M, N]; in place of the addend; bfloat16 only if a and b are and there is no
   *     addend
   */
  Kernel matmul(MatrixProduct product, Tensor out);

  /** {@code out = f(x)} for each element; in place; x and out of one type. */
  Kernel unary(Unary function, Tensor x, Tensor out);

  /** {@code out = gradient * f'(x)}; in place of {@code gradient}; all three of one type. */
  Kernel unaryGradient(Unary function, Tensor x, Tensor gradient, Tensor out);

  /**
   * {@code out = f(a, b)}, where {@code b} is repeated along its dimensions of extent 1; in place
   * of {@code a}.
   *
   * @param a of the shape of {@code out}
   * @param b of the same rank, each extent that of {@code a} or 1; float32 or bfloat16
   */
  Kernel binary(Binary function, Tensor a, Tensor b, Tensor out);

  /**
   * {@code out = a * b + c}, where {@code b} is repeated along its dimensions of extent 1.
   *
   * @param a of the shape of {@code out}
   * @param b of the same rank, each extent that of {@code a} or 1
   * @param c of the shape of {@code out}
   */
  Kernel multiplyAdd(Tensor a, Tensor b, Tensor c, Tensor out);

  /** Softmax of the last dimension; in place. */
  Kernel softmax(Tensor x, Tensor out);

  /**
   * {@code out = y * (gradient - sum(y * gradient))} of rows; in place of {@code gradient}; all
   * three of one type.
   */
  Kernel softmaxGradient(Tensor y, Tensor gradient, Tensor out);

  /**
   * Layer normalisation of the rows of {@code x} [R, D] by their mean and biased variance.
   *
   * @param mean [R], written
   * @param variance [R], written
   */
  Kernel layerNorm(
      Tensor x,
      Tensor weight,
      Tensor bias,
      float epsilon,
      Tensor out,
      Tensor mean,
      Tensor variance);

  /**
   * The gradients of {@link #layerNorm}.
   *
   * @param out gradient to x [R, D]
   * @param weightOut gradient to the weight [D]
   * @param biasOut gradient to the bias [D]
   */
  Kernel layerNormGradient(
      LayerNormInputs inputs, Tensor gradient, Tensor out, Tensor weightOut, Tensor biasOut);

  /**
   * Entropy, in nats, of the softmax of each row of {@code scores} [R, C].
   *
   * @param out [R], written
   * @param probabilities the softmax [R, C], written
   */
  Kernel rowEntropy(Tensor scores, Tensor out, Tensor probabilities);

  /**
   * The gradient of {@link #rowEntropy} to the scores; in place of {@code probabilities}.
   *
   * @param entropy what {@link #rowEntropy} wrote [R]
   * @param gradient [R]
   */
  Kernel rowEntropyGradient(
      Tensor scores, Tensor probabilities, Tensor entropy, Tensor gradient, Tensor out);

  /** The sum of each row of {@code x} [R, D] times a factor, as [R]. */
  Kernel rowSum(Tensor x, float factor, Tensor out);

  /** The largest element of each row of {@code x} [R, D], as [R]. */
  Kernel rowMaximum(Tensor x, Tensor out);

  /** The elements of {@code x} as those of {@code out}'s type, rounded to the nearest, to even. */
  Kernel cast(Tensor x, Tensor out);

  /** {@code out[i] = x[order[i]]} for the dimensions, copied into c order, of any types. */
  Kernel permute(Tensor x, int[] order, Tensor out);

  /** Copies rows of {@code length} elements between strided places in tensors of one type. */
  Kernel copyRows(Rows from, Rows to, long rows, long length);

  /** Sets rows of {@code length} elements to zero. */
  Kernel zeroRows(Rows to, long rows, long length);

  /**
   * Copies the rows that a one-hot selection names.
   *
   * @param selection [B, V, N]
   * @param x [B, N, D]
   * @param out [B, V, D]
   */
  Kernel gather(Selection selection, Tensor x, Tensor out);

  /**
   * Puts rows back where a one-hot selection took them, zeros elsewhere.
   *
   * @param selection [B, V, N]
   * @param x [B, V, D]
   * @param out [B, N, D]
   */
  Kernel scatter(Selection selection, Tensor x, Tensor out);

  /**
   * Puts the rows of two complementary selections in their places.
   *
   * @param one [B, V, N]
   * @param x its rows [B, V, D]
   * @param other [B, N-V, N]
   * @param y its rows [B, N-V, D]
   * @param out [B, N, D]
   */
  Kernel merge(Selection one, Tensor x, Selection other, Tensor y, Tensor out);

  @Override
  void close();

  /**
   * Operands of a matrix product.
   *
   * @param a [..., M, K], or [..., K, M] where it is transposed
   * @param b [..., K, N], or [..., N, K] where it is transposed
   * @param scale factor of the product; 1 where there is a bias
   * @param bias [N], added to each row; or null
   * @param addend of the shape of the result, added to it; or null
   * @param tf32 whether operands of float32 may be rounded to 10 bits after the point where the
   *     processor multiplies these faster
   */
  record MatrixProduct(
      Tensor a,
      boolean transposeA,
      Tensor b,
      boolean transposeB,
      float scale,
      Tensor bias,
      Tensor addend,
      boolean tf32) {
    /** One of operands as they are. */
    public MatrixProduct(
        Tensor a,
        boolean transposeA,
        Tensor b,
        boolean transposeB,
        float scale,
        Tensor bias,
        Tensor addend) {
      this(a, transposeA, b, transposeB, scale, bias, addend, false);
    }

    /**
     * @throws IllegalArgumentException for a scale and a bias
     */
    public MatrixProduct {
      if (scale != 1 && bias != null) {
        throw new IllegalArgumentException(
            "a matrix product with a bias cannot be scaled by " + scale + "; scale an operand");
      }
    }
  }

  /** What {@link #layerNorm} read and measured. */
  record LayerNormInputs(
      Tensor x, Tensor weight, Tensor bias, float epsilon, Tensor mean, Tensor variance) {}

  /**
   * Equally spaced rows in a tensor.
   *
   * @param start first element of the first row
   * @param stride elements from a row to the next
   */
  record Rows(Tensor tensor, long start, long stride) {}
}
