package dev.mto.executor.parity;

import dev.mto.executor.kernels.ElementType;
import dev.mto.executor.kernels.Kernels;
import dev.mto.executor.kernels.Kernels.Rows;
import dev.mto.executor.kernels.Selection;
import dev.mto.executor.kernels.Tensor;
import java.util.Arrays;
import java.util.List;

/** What only moves elements, to the bit. */
final class CopyParity {
  private final Kernels kernels;
  private final ModelShapes shapes;
  private final List<ParityResult> results;

  CopyParity(Kernels kernels, ModelShapes shapes, List<ParityResult> results) {
    this.kernels = kernels;
    this.shapes = shapes;
    this.results = results;
  }

  void checkAll(boolean narrow) {
    permute(ElementType.FLOAT32, ElementType.FLOAT32);
    if (narrow) {
      permute(ElementType.FLOAT32, ElementType.BFLOAT16);
      permute(ElementType.BFLOAT16, ElementType.FLOAT32);
      permute(ElementType.BFLOAT16, ElementType.BFLOAT16);
    }
    copyAndZero();
    selections();
  }

  /** Tokens' heads become heads' tokens. */
  private void permute(ElementType from, ElementType to) {
    try (Checked checked = new Checked(kernels, results)) {
      int tokens = shapes.tokens();
      int heads = shapes.heads();
      int width = shapes.headWidth();
      Tensor x = checked.gaussian(shapes.images(), tokens, heads, width);
      if (from == ElementType.BFLOAT16) {
        x = checked.narrow(x);
      }
      Tensor out = checked.unwritten(to, shapes.images(), heads, tokens, width);
      kernels.permute(x, new int[] {0, 2, 1, 3}, out).run();
      double[] elements = checked.elements(x);
      double[] expected = new double[elements.length];
      for (int i = 0; i < expected.length; i++) {
        int column = i % width;
        int token = i / width % tokens;
        int head = i / (width * tokens) % heads;
        int image = i / (width * tokens * heads);
        expected[i] = elements[((image * tokens + token) * heads + head) * width + column];
      }
      double bound = from != to && to == ElementType.BFLOAT16 ? Checked.BFLOAT16 : 0;
      checked.agrees("permutation from %s to %s".formatted(from, to), out, expected, bound);
    }
  }

  /** All tokens but the first of each image, and zeros in its place. */
  private void copyAndZero() {
    try (Checked checked = new Checked(kernels, results)) {
      int width = shapes.width();
      long ofImage = (long) shapes.tokens() * width;
      Tensor x = checked.gaussian(shapes.images(), shapes.tokens(), width);
      Tensor out = checked.unwritten(x.shape());
      kernels
          .copyRows(
              new Rows(x, width, ofImage),
              new Rows(out, width, ofImage),
              shapes.images(),
              ofImage - width)
          .run();
      kernels.zeroRows(new Rows(out, 0, ofImage), shapes.images(), width).run();
      double[] expected = checked.elements(x);
      for (int image = 0; image < shapes.images(); image++) {
        int first = Math.toIntExact(image * ofImage);
        Arrays.fill(expected, first, first + width, 0);
      }
      checked.agrees("copied and zeroed rows", out, expected, 0);
    }
  }

  /** Every third token, and the others. */
  private void selections() {
    try (Checked checked = new Checked(kernels, results)) {
      int images = shapes.images();
      int tokens = shapes.tokens();
      int width = shapes.width();
      int visible = (tokens + 2) / 3;
      float[] mask = new float[images * tokens];
      for (int i = 0; i < mask.length; i++) {
        mask[i] = i % tokens % 3 == 0 ? 0 : 1;
      }
      Selection one = new Selection(images, visible, tokens);
      Selection other = new Selection(images, tokens - visible, tokens);
      if (!one.readMask(mask, 0) || !other.readMask(mask, 1)) {
        throw new IllegalStateException("the selections take other tokens than the mask has");
      }
      Tensor x = checked.gaussian(images, tokens, width);
      Tensor taken = checked.unwritten(images, visible, width);
      Tensor rest = checked.unwritten(images, tokens - visible, width);
      Tensor scattered = checked.unwritten(x.shape());
      Tensor merged = checked.unwritten(x.shape());
      kernels.gather(one, x, taken).run();
      kernels.gather(other, x, rest).run();
      kernels.scatter(one, taken, scattered).run();
      kernels.merge(one, taken, other, rest, merged).run();
      double[] all = checked.elements(x);
      double[] ofTaken = new double[images * visible * width];
      double[] ofScattered = new double[all.length];
      for (int i = 0; i < all.length; i++) {
        int row = i / width;
        int token = row % tokens;
        if (token % 3 == 0) {
          ofTaken[(row / tokens * visible + token / 3) * width + i % width] = all[i];
          ofScattered[i] = all[i];
        }
      }
      checked.agrees("gathered rows", taken, ofTaken, 0);
      checked.agrees("scattered rows", scattered, ofScattered, 0);
      checked.agrees("merged rows", merged, all, 0);
    }
  }
}
