package dev.mto.executor.parity;

import dev.mto.executor.kernels.Kernels;
import java.util.ArrayList;
import java.util.List;

/**
 * Runs each kernel of a set once on normal elements, into memory that is full of what is no number,
 * and compares all elements with the same in double.
 */
public final class KernelParity {
  private KernelParity() {}

  /**
   * All kernels.
   *
   * @param narrow whether those of bfloat16 too, and products by way of TF32
   */
  public static List<ParityResult> of(Kernels kernels, ModelShapes shapes, boolean narrow) {
    List<ParityResult> results = new ArrayList<>();
    new ProductParity(kernels, shapes, results).checkAll(narrow);
    new ElementParity(kernels, shapes, results).checkAll(narrow);
    new RowParity(kernels, shapes, results).checkAll(narrow);
    new CopyParity(kernels, shapes, results).checkAll(narrow);
    kernels
        .fusedAttention()
        .ifPresent(
            attention -> new AttentionParity(kernels, attention, shapes, results).checkAll());
    kernels
        .updates()
        .ifPresent(updates -> new UpdateParity(kernels, updates, shapes, results).checkAll());
    return results;
  }

  /** A product, a softmax and a layer normalisation. */
  public static List<ParityResult> ofFew(Kernels kernels, ModelShapes shapes) {
    List<ParityResult> results = new ArrayList<>();
    new ProductParity(kernels, shapes, results).linear();
    RowParity rows = new RowParity(kernels, shapes, results);
    rows.softmax();
    rows.layerNorm();
    return results;
  }
}
