package dev.mto.executor.kernels;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mto.executor.kernels.Kernels.Rows;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Copies in another order, of strided rows and by selections: exact. */
class RowCopyKernelsTest extends KernelTest {
  @ParameterizedTest(name = "{0} by {1}")
  @CsvSource({
    "5x7, 1:0",
    "16x48, 1:0",
    "5x7, 0:1",
    "3x5x7, 2:1:0",
    "3x5x7, 1:0:2",
    "1x5x7, 1:2:0",
    "2x3x5x4, 0:2:1:3",
    "2x5x3x4x6, 2:0:3:1:4",
    "3x3x2x2x4, 4:2:0:3:1",
    "2x3x2x4x3x4, 0:2:4:1:3:5",
    "2x3x2x4x3x4, 0:2:4:3:5:1"
  })
  void permutesDimensions(String extents, String dimensions) {
    long[] shape = numbers(extents, "x");
    int[] order = Arrays.stream(numbers(dimensions, ":")).mapToInt(d -> (int) d).toArray();
    long[] permuted = Arrays.stream(order).mapToLong(d -> shape[d]).toArray();
    Tensor x = gaussian(1, shape);
    Tensor out = unwritten(permuted);

    kernels.permute(x, order, out).run();

    float[] from = elements(x);
    float[] to = elements(out);
    for (int i = 0; i < to.length; i++) {
      long[] at = index(i, permuted);
      long[] source = new long[order.length];
      for (int d = 0; d < order.length; d++) {
        source[order[d]] = at[d];
      }
      assertThat(to[i]).as("element " + i).isEqualTo(from[place(source, shape)]);
    }
  }

  @ParameterizedTest(name = "{0} rows of {1}, from {2} by {3} to {4} by {5}")
  @CsvSource({
    "3,4,0,4,0,4",
    "3,4,2,9,0,4",
    "3,4,0,4,5,11",
    "3,4,1,6,2,7",
    "1,7,3,7,1,20",
    "5,1,2,3,1,4",
    "4,33,1,40,3,35"
  })
  void copiesStridedRowsAndLeavesTheRest(
      int rows, int length, int fromStart, int fromStride, int toStart, int toStride) {
    Tensor from = gaussian(1, fromStart + (rows - 1) * fromStride + length);
    Tensor to = gaussian(2, toStart + (rows - 1) * toStride + length + 3);
    float[] source = elements(from);
    float[] expected = elements(to);
    for (int row = 0; row < rows; row++) {
      System.arraycopy(
          source, fromStart + row * fromStride, expected, toStart + row * toStride, length);
    }

    kernels
        .copyRows(
            new Rows(from, fromStart, fromStride), new Rows(to, toStart, toStride), rows, length)
        .run();

    assertThat(elements(to)).isEqualTo(expected);
    assertThat(elements(from)).isEqualTo(source);
  }

  @ParameterizedTest(name = "{0} rows of {1} from {2} by {3}")
  @CsvSource({"3,4,0,4", "3,4,2,9", "1,5,1,8", "6,1,0,2", "2,33,5,40"})
  void zeroesStridedRowsAndLeavesTheRest(int rows, int length, int start, int stride) {
    Tensor to = gaussian(1, start + (rows - 1) * stride + length + 3);
    float[] expected = elements(to);
    for (int row = 0; row < rows; row++) {
      int first = start + row * stride;
      Arrays.fill(expected, first, first + length, 0);
    }

    kernels.zeroRows(new Rows(to, start, stride), rows, length).run();

    assertThat(elements(to)).isEqualTo(expected);
  }

  @Test
  void gathersAndScattersTheRowsThatTheLastSelectionNames() {
    Selection selection = new Selection(2, 3, 5);
    Tensor x = gaussian(1, 2, 5, 7);
    Tensor selected = unwritten(2, 3, 7);
    Tensor restored = unwritten(2, 5, 7);
    Kernel gather = kernels.gather(selection, x, selected);
    Kernel scatter = kernels.scatter(selection, selected, restored);

    for (int[][] order :
        new int[][][] {{{1, 2, 3}, {0, 1, 4}}, {{4, 0, 2}, {2, 3, 4}}, {{3, 2, 1}, {0, 1, 2}}}) {
      assertThat(selection.read(oneHot(order, 5))).isTrue();
      gather.run();
      scatter.run();
      for (int image = 0; image < 2; image++) {
        for (int v = 0; v < 3; v++) {
          assertThat(row(selected, image * 3 + v)).isEqualTo(row(x, image * 5 + order[image][v]));
        }
        for (int n = 0; n < 5; n++) {
          int token = n;
          boolean taken = Arrays.stream(order[image]).anyMatch(i -> i == token);
          assertThat(row(restored, image * 5 + n))
              .isEqualTo(taken ? row(x, image * 5 + n) : new float[7]);
        }
      }
    }
  }

  @Test
  void mergesComplementarySelections() {
    Selection masked = new Selection(2, 2, 5);
    Selection visible = new Selection(2, 3, 5);
    float[] mask = {0, 1, 0, 0, 1, 1, 1, 0, 0, 0};
    assertThat(masked.readMask(mask, 1) && visible.readMask(mask, 0)).isTrue();
    Tensor ofMasked = gaussian(1, 2, 2, 3);
    Tensor ofVisible = gaussian(2, 2, 3, 3);
    Tensor out = unwritten(2, 5, 3);

    kernels.merge(masked, ofMasked, visible, ofVisible, out).run();

    int[] nextMasked = {0, 2};
    int[] nextVisible = {0, 3};
    for (int i = 0; i < mask.length; i++) {
      assertThat(row(out, i))
          .isEqualTo(
              mask[i] == 1
                  ? row(ofMasked, nextMasked[i / 5]++)
                  : row(ofVisible, nextVisible[i / 5]++));
    }
  }

  private static float[] oneHot(int[][] order, int tokens) {
    float[] matrices = new float[order.length * order[0].length * tokens];
    for (int image = 0; image < order.length; image++) {
      for (int v = 0; v < order[image].length; v++) {
        matrices[(image * order[image].length + v) * tokens + order[image][v]] = 1;
      }
    }
    return matrices;
  }

  private float[] row(Tensor tensor, int row) {
    int dim = (int) tensor.shape()[2];
    return Arrays.copyOfRange(elements(tensor), row * dim, (row + 1) * dim);
  }

  private static long[] index(int i, long[] shape) {
    long[] index = new long[shape.length];
    long rest = i;
    for (int d = shape.length - 1; d >= 0; d--) {
      index[d] = rest % shape[d];
      rest /= shape[d];
    }
    return index;
  }

  private static int place(long[] index, long[] shape) {
    long place = 0;
    for (int d = 0; d < shape.length; d++) {
      place = place * shape[d] + index[d];
    }
    return (int) place;
  }

  private static long[] numbers(String text, String separator) {
    return Arrays.stream(text.split(separator)).mapToLong(Long::parseLong).toArray();
  }
}
