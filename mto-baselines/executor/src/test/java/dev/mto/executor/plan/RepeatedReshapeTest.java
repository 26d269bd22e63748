package dev.mto.executor.plan;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

class RepeatedReshapeTest {
  @Test
  void dimensionsThatAreSplitOrJoinedAreRepeatedAsBefore() {
    assertThat(source(of(1, 6), of(4, 6), of(4, 2, 3))).containsExactly(1, 2, 3);
    assertThat(source(of(1, 6), of(4, 6), of(2, 2, 6))).containsExactly(1, 1, 6);
    assertThat(source(of(4, 1, 1), of(4, 2, 3), of(4, 6))).containsExactly(4, 1);
    assertThat(source(of(2, 3, 1), of(2, 3, 5), of(6, 5))).containsExactly(6, 1);
  }

  @Test
  void extentsOfOneComeAndGo() {
    assertThat(source(of(1, 6), of(4, 6), of(4, 1, 6))).containsExactly(1, 1, 6);
    assertThat(source(of(1, 1, 6), of(4, 1, 6), of(4, 6))).containsExactly(1, 6);
    assertThat(source(of(4, 1), of(4, 6), of(1, 4, 6, 1))).containsExactly(1, 4, 1, 1);
    assertThat(source(of(1), of(1), of())).isEmpty();
  }

  @Test
  void joiningRepeatedWithOtherDimensionsNeedsTheElements() {
    assertThat(source(of(1, 6), of(4, 6), of(24))).isNull();
    assertThat(source(of(1, 6), of(4, 6), of(8, 3))).isNull();
    assertThat(source(of(2, 1, 3), of(2, 5, 3), of(10, 3))).isNull();
  }

  /** Every repetition of [2, 3, 2, 2] in every shape of its elements. */
  @Test
  void theReshapedSourceRepeatsToTheSameElements() {
    long[] full = {2, 3, 2, 2};
    int answered = 0;
    for (int repeats = 0; repeats < 16; repeats++) {
      long[] source = full.clone();
      for (int d = 0; d < full.length; d++) {
        source[d] = (repeats >> d & 1) == 1 ? 1 : full[d];
      }
      for (long[] wanted : shapesOf(24)) {
        long[] reshaped = source(source, full, wanted);
        String what = Arrays.toString(source) + " repeated, as " + Arrays.toString(wanted);
        if (reshaped == null) {
          continue;
        }
        answered++;
        assertThat(reshaped).as(what).hasSameSizeAs(wanted);
        for (int i = 0; i < 24; i++) {
          assertThat(place(i, wanted, reshaped)).as(what).isEqualTo(place(i, full, source));
        }
      }
    }
    assertThat(answered).isGreaterThan(100);
  }

  private static List<long[]> shapesOf(long elements) {
    List<long[]> shapes = new ArrayList<>();
    if (elements == 1) {
      shapes.add(new long[0]);
    }
    for (long first = 2; first <= elements; first++) {
      if (elements % first == 0) {
        for (long[] rest : shapesOf(elements / first)) {
          long[] shape = new long[rest.length + 1];
          shape[0] = first;
          System.arraycopy(rest, 0, shape, 1, rest.length);
          shapes.add(shape);
        }
      }
    }
    return shapes;
  }

  /** The element of the source that is element {@code i} of the repeated value. */
  private static long place(int i, long[] full, long[] source) {
    long place = 0;
    long stride = 1;
    long rest = i;
    for (int d = full.length - 1; d >= 0; d--) {
      assertThat(source[d]).isIn(1L, full[d]);
      place += source[d] == 1 ? 0 : rest % full[d] * stride;
      stride *= source[d];
      rest /= full[d];
    }
    return place;
  }

  private static long[] source(long[] source, long[] full, long[] wanted) {
    return RepeatedReshape.source(source, full, wanted);
  }

  private static long[] of(long... shape) {
    return shape;
  }
}
