package dev.mto.executor.kernels;

import java.util.Optional;

/**
 * Attention whose scores are never in memory: {@code softmax(scale * q·kᵀ + bias)·v} of each head,
 * and its gradients, for which the scores are computed again (Dao, "FlashAttention-2", 2023). All
 * is float32. Each sum is taken in one order.
 *
 * <p>B images, T tokens that ask, K that are asked (as many, in self-attention), H heads of width
 * S.
 */
public interface FusedAttention {
  /**
   * Name of the system property that has plans use it, {@code fused}, or products and a softmax,
   * {@code plain}; where it is not set the processor decides.
   */
  String PROPERTY = "mto.attention";

  /**
   * Whether the system property says that plans use it; empty where it says nothing.
   *
   * @throws IllegalArgumentException when it is none of its values
   */
  static Optional<Boolean> choice() {
    String choice = System.getProperty(PROPERTY);
    if (choice != null && !choice.matches("fused|plain")) {
      throw new IllegalArgumentException(
          "-D%s=%s is not known; give fused or plain".formatted(PROPERTY, choice));
    }
    return Optional.ofNullable(choice).map("fused"::equals);
  }

  /** Whether plans are to use it for heads of that width. */
  boolean takes(long width);

  /**
   * What attention gives.
   *
   * @param out [B, T, H, S], written
   * @param logSums logarithms of the sums of the powers of scores [B, T, H], written
   */
  Kernel forward(Operands operands, float scale, Tensor out, Tensor logSums);

  /**
   * The gradients of {@link #forward}, given that of what it wrote.
   *
   * @param out what it wrote
   * @param logSums what it wrote
   * @param gradient [B, T, H, S]
   * @param to written: where each operand's gradient goes; without a bias where nobody asks for its
   *     gradient
   */
  Kernel gradient(
      Operands operands, float scale, Tensor out, Tensor logSums, Tensor gradient, Operands to);

  /**
   * Queries, keys and values, or their gradients.
   *
   * @param query of T tokens
   * @param key of K tokens
   * @param value of K tokens
   * @param bias of scores [H, T, K], that of all images; null for none
   */
  record Operands(Heads query, Heads key, Heads value, Tensor bias) {}

  /**
   * One part of tokens, as those which a linear layer gives for queries, keys and values.
   *
   * @param tokens [B, T, parts, H, S]
   * @param part its number
   */
  record Heads(Tensor tokens, int part) {
    /** Tokens of an image. */
    public int count() {
      return (int) tokens.shape()[1];
    }

    /** Elements from a token to the next. */
    public int stride() {
      return (int) Tensor.length(tokens.shape()[2], tokens.shape()[3], tokens.shape()[4]);
    }

    /** The first element. */
    public Tensor first() {
      return tokens.at(part * tokens.shape()[3] * tokens.shape()[4], 1);
    }
  }
}
