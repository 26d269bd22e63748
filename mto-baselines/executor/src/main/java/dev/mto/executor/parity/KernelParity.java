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
   * @param narrow whether those of bfloat16 too
   * @param products largest error of a product of float32, where its operands are rounded
   */
  public static List<ParityResult> of(
      Kernels kernels, ModelShapes shapes, boolean narrow, double products) {
    List<ParityResult> results = new ArrayList<>();
    new ProductParity(kernels, shapes, results, products).checkAll(narrow);
    new ElementParity(kernels, shapes, results).checkAll(narrow);
    new RowParity(kernels, shapes, results).checkAll(narrow);
    new CopyParity(kernels, shapes, results).checkAll(narrow);
    kernels
        .updates()
        .ifPresent(updates -> new UpdateParity(kernels, updates, shapes, results).checkAll());
    return results;
  }

  /** As {@link #of(Kernels, ModelShapes, boolean, double)}, operands of float32 being exact. */
  public static List<ParityResult> of(Kernels kernels, ModelShapes shapes, boolean narrow) {
    return of(kernels, shapes, narrow, Checked.FLOAT32);
  }

  /** A product, a softmax and a layer normalisation. */
  public static List<ParityResult> ofFew(Kernels kernels, ModelShapes shapes) {
    List<ParityResult> results = new ArrayList<>();
    new ProductParity(kernels, shapes, results, Checked.FLOAT32).linear();
    RowParity rows = new RowParity(kernels, shapes, results);
    rows.softmax();
    rows.layerNorm();
    return results;
  }
}
