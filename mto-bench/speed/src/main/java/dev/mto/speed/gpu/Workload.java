package dev.mto.speed.gpu;

import dev.mto.executor.parity.ModelShapes;
import java.util.List;
import java.util.stream.Stream;

/**
 * How large what is checked and measured is.
 *
 * @param kernels of the check of kernels
 * @param steps preset of the models whose steps are timed, and their losses and gradients compared
 * @param small model whose losses, gradients and resumption are compared
 * @param stepsSmall whether steps are timed of the small model, not of the preset
 * @param imagesOfProducts images in the products whose rate is measured
 */
record Workload(
    ModelShapes kernels, String steps, SmallModel small, boolean stepsSmall, int imagesOfProducts) {
  private static final int TOKENS = 197;
  private static final int WIDTH = 768;

  /** ViT-B at 224 px. */
  static final Workload FULL =
      new Workload(ModelShapes.VIT_BASE, "vit-base", new SmallModel(64, 8, 96, 2, 3), false, 64);

  /** What an emulated GPU does too. */
  static final Workload QUICK =
      new Workload(ModelShapes.TINY, "vit-tiny", new SmallModel(32, 8, 24, 1, 2), true, 0);

  /** A product {@code [batch, m, k]·[batch, k, n]}. */
  record Product(String what, int batch, int m, int n, int k) {
    double flop() {
      return 2.0 * batch * m * n * k;
    }
  }

  /** The products whose rate is measured. */
  List<Product> products() {
    if (imagesOfProducts == 0) {
      return List.of(new Product("small", 2, 24, 16, 8));
    }
    int rows = imagesOfProducts * TOKENS;
    return List.of(
        new Product("square", 1, 4096, 4096, 4096),
        new Product("query, key and value", 1, rows, 3 * WIDTH, WIDTH),
        new Product("MLP, first layer", 1, rows, 4 * WIDTH, WIDTH),
        new Product("MLP, second layer", 1, rows, WIDTH, 4 * WIDTH),
        new Product("gradient to a weight", 1, WIDTH, 4 * WIDTH, rows),
        new Product("scores of attention", imagesOfProducts * 12, TOKENS, TOKENS, 64),
        new Product("values of attention", imagesOfProducts * 12, TOKENS, 64, TOKENS));
  }

  /** A model whose steps are made, as a standard case has it. */
  record Sized(String name, String preset, List<String> settings) {}

  /** The small model of a method. */
  Sized small(String method) {
    return new Sized("small", "vit-tiny", small.settings(method));
  }

  /** The models of a method whose losses and gradients are compared. */
  List<Sized> compared(String method) {
    return Stream.of(small(method), timed(method)).distinct().toList();
  }

  /** The model of a method whose steps are timed. */
  Sized timed(String method) {
    return stepsSmall ? small(method) : new Sized(steps, steps, List.of());
  }
}
