package dev.mto.executor.kernels;

import java.util.List;

/**
 * What training does after a backward pass, for float32 tensors in the memory of a device. Each
 * method starts its work and returns; the work is done in turn, after the kernels that were run
 * before. Lists of tensors are worked on together. Sums are taken in one order.
 */
public interface Updates {
  /**
   * {@code sums = factor * x}, or {@code sums += factor * x}.
   *
   * @param x of the lengths of {@code sums}
   * @param add whether what is in {@code sums} counts
   */
  void accumulate(List<Tensor> sums, List<Tensor> x, float factor, boolean add);

  /**
   * The Euclidean norm of all gradients as one vector, and what to multiply them by.
   *
   * @param loss a scalar
   * @param largest norm that is wanted, 0 for no limit
   * @param out [2], written: the norm, and the factor, at most 1, that brings it to {@code largest}
   *     as PyTorch's clip_grad_norm_ does; the factor is no number where the norm or the loss is
   *     not finite
   */
  void clipFactor(List<Tensor> gradients, Tensor loss, float largest, Tensor out);

  /**
   * AdamW in one pass: {@code g = factor * gradient}, {@code m = beta1 * m + (1 - beta1) * g},
   * {@code v = beta2 * v + (1 - beta2) * g²}, {@code p = kept * p - rate * m / (√v * correction +
   * epsilon)}.
   *
   * @param clip what {@link #clipFactor} wrote; where its factor is no number nothing is changed
   */
  void adamW(List<Moved> moved, Tensor clip, AdamWStep step);

  /**
   * LARS: {@code g = factor * gradient + decay * p}, {@code m = momentum * m + ratio * g}, {@code p
   * -= rate * m}, with the ratio {@code trust * |p| / |g|}, or 1 where a norm is 0.
   *
   * @param moment m, of the length of the parameter, as the gradient is
   * @param clip what {@link #clipFactor} wrote; where its factor is no number nothing is changed
   */
  void lars(Tensor parameter, Tensor moment, Tensor gradient, Tensor clip, LarsStep step);

  /**
   * {@code teacher = kept * teacher + taken * student}.
   *
   * @param student of the lengths of {@code teacher}
   */
  void movingAverage(List<Tensor> teacher, List<Tensor> student, float kept, float taken);

  /** A parameter, its moments and its gradient, all of one length. */
  record Moved(Tensor parameter, Tensor mean, Tensor square, Tensor gradient) {}

  /**
   * Numbers of a step of AdamW.
   *
   * @param correction what √v is multiplied by, for the bias of v
   * @param kept share of a parameter that weight decay leaves
   * @param rate learning rate, corrected for the bias of m
   */
  record AdamWStep(
      double beta1, double beta2, float epsilon, float correction, float kept, float rate) {}

  /**
   * Numbers of a step of LARS.
   *
   * @param trust coefficient; 0 for a ratio of 1
   * @param decay weight decay
   * @param rate learning rate
   */
  record LarsStep(float momentum, float trust, float decay, float rate) {}
}
