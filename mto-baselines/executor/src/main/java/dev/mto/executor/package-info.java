/**
 * Runs and trains SameDiff graphs again and again in reused memory. {@link
 * dev.mto.executor.GraphSession} is all that a user needs; it compiles a float32 graph to a plan,
 * or runs it operation by operation.
 *
 * <p>A graph is correct without knowing of this package. It is faster where it keeps to these
 * conventions, which a plan recognises:
 *
 * <ul>
 *   <li>Operations that follow each other in a name scope which ends with {@code .layer_norm},
 *       {@code .gelu} or {@code .row_entropy}, and which are exactly those that {@code NamedPart}
 *       lists, become one operation. For {@code .layer_norm} they are {@code mean, sub, mul, mean,
 *       add ε, pow -0.5, mul, mul weight, add bias} on rows [R, D], for {@code .gelu} {@code x/2 *
 *       (erf(x * √½) + 1)}. Operations before them in the scope may prepare their inputs. Only the
 *       last result may be used outside of the scope, or asked for.
 *   <li>A row entropy becomes one of masked rows and visible columns where its only use is {@code
 *       mmul(w, entropy)} with w a mask placeholder [B, N] of zeros and ones over its row sums, and
 *       all images have as many ones.
 *   <li>A placeholder [B, V, N] that is one-hot, on the left of a matrix product, selects rows; its
 *       transpose puts rows back.
 *   <li>A product with ones repeats or sums, and takes no product.
 *   <li>On a GPU attention is one operation where it is written as {@code Attention} of the models
 *       does: heads are parts of tokens [B, T, parts, H, S] by a permutation and an unstack, all of
 *       them are read, the bias of scores is that of all images, and nothing else reads scores or
 *       weights.
 *   <li>A layer normalisation whose scope is named {@code …norm1.layer_norm} begins a Transformer
 *       block. What is between two of them is what {@link
 *       dev.mto.executor.SessionOptions#withRecompute} computes again for the backward pass.
 * </ul>
 *
 * <p>An operation that plans do not know makes the session run the whole graph operation by
 * operation, which is logged once. Both ways give the same numbers up to rounding.
 */
package dev.mto.executor;
